import Foundation
import MainspringCore
import MainspringSQLite
import MainspringStore
import Testing

@Suite("Several processes on one file", .timeLimit(.minutes(3)))
struct SeveralProcessesTests {
    private let kit: FileKit

    init() throws { kit = try FileKit() }

    @Test("none fails because of another: not at the start, not in a step, not at the end; and no job runs twice")
    func hammer() async throws {
        let count = 300
        let names = ["a", "b", "c"]
        // All at once, so that they make the file and its tables together.
        let processes = try names.map { try start($0, count: count) }
        // This process has two more handles, of which one closes while others work.
        let early = try SQLiteJobStore(path: kit.file, busyTimeout: .seconds(60))
        let store = try SQLiteJobStore(path: kit.file, busyTimeout: .seconds(60))
        for number in 0..<20 {
            _ = try await early.insert([[kit.job("early-\(number)")]], now: FileKit.at(0))
            _ = try await store.insert([[kit.job("late-\(number)")]], now: FileKit.at(0))
        }
        try await early.close()
        for process in processes { #expect(await end(of: process) == 0, "a probe says what failed on standard error") }

        let counts = try await store.queues().first { $0.name == "default" }?.counts ?? [:]
        #expect(counts.values.reduce(0, +) == names.count * count)
        let attempts = try await store.jobs(matching: JobQuery(states: [.completed], limit: 1000)).jobs.map(\.attempt)
        #expect(attempts.allSatisfy { $0 == 1 })
        #expect(attempts.count == counts[.completed])
        #expect(try await store.check() == [])
        try await store.close()
        #expect(!FileManager.default.fileExists(atPath: kit.file + "-wal"), "the last to close leaves one whole file")
    }

    private func start(_ name: String, count: Int) throws -> pid_t {
        let program = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appending(path: "StoreCrashProbe").path
        var words = [program, kit.file, "hammer", name, "\(count)"].map { (word: String) in strdup(word) } + [nil]
        defer { for word in words { free(word) } }
        var pid = pid_t()
        try #require(posix_spawn(&pid, program, nil, nil, &words, environ) == 0)
        return pid
    }

    /// On a thread of its own: the pool's are for tests that have something to do.
    private func end(of process: pid_t) async -> Int32 {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var status: Int32 = 0
                while waitpid(process, &status, 0) < 0, errno == EINTR {}
                continuation.resume(returning: status)
            }
        }
    }
}
