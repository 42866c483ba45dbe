import Foundation
import MainspringCore
import MainspringJobs
import MainspringRuntime
import MainspringSQLite
import MainspringStore

/// Resident memory of jobs that wait and of jobs that run and sleep; a process each.
enum FootprintBench {
    private static let forms = ["waiting-memory", "waiting-sqlite", "sleeping-memory", "sleeping-sqlite"]

    static func run() async throws {
        print("footprint: resident memory that grows with each job")
        fflush(nil)
        for form in forms {
            let process = try Process.run(
                URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath(), arguments: ["footprint", form])
            process.waitUntilExit()
        }
    }

    private struct Sleeper: JobExecutor {
        func run(_ attempt: JobAttempt) async -> AttemptResult {
            let woken = OneTime()
            attempt.onStop { _ in woken.fire() }
            await woken.wait()
            return AttemptResult(.interrupted)
        }
    }

    static func measure(_ form: String) async throws {
        let folder = try Folder()
        let isSleeping = form.hasPrefix("sleeping")
        let isDurable = form.hasSuffix("sqlite")
        let count = isSleeping ? 10_000 : 100_000
        let store: any JobStore =
            isDurable ? try SQLiteJobStore(path: folder.file("jobs.db")) : MemoryJobStore(time: SystemTime())
        let started = Started()
        let node = JobNode(
            store, workers: isSleeping ? count : 1, executor: Sleeper(), sink: started, timeout: .seconds(3600))
        try await node.system.join()
        if !isSleeping { try await store.setPaused(true, queue: "default") }
        // Workers are there before their jobs: they belong to the queue.
        async let running: Void = node.system.run()
        try await SystemTime().sleep(for: .milliseconds(500))
        let before = resident()
        try await JobNode.fill(store, count: count)
        node.system.engine.wake(queue: "default")
        if isSleeping { await started.reach(count) }
        try await SystemTime().sleep(for: .milliseconds(500))
        let each = (resident() - before) / count
        let name = "\(isSleeping ? "a sleeping" : "a waiting") job, \(isDurable ? "SQLite" : "memory store")"
        print("  \(name): \(each.grouped) bytes (\(count.grouped) of them)")
        Results.add("memory of \(name)", "\(each.grouped) bytes", durability: isDurable ? "full" : "none")
        fflush(nil)
        // The rest of the work is the end of the process.
        node.system.quiesce()
        node.system.engine.stopRunning()
        await running
        try await store.close()
    }

    private static func resident() -> Int {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        return (Int(text.split(separator: " ").dropFirst().first ?? "") ?? 0) * 4096
    }
}
