import Foundation
import Glibc
import MainspringCore
import MainspringRuntime

/// What timeouts cost that were started and cancelled: memory that stays, and time.
enum Timeouts {
    private static let count = 100_000
    private static let hour = Duration.seconds(3600)
    private static let time = SystemTime()
    private static let zombies = ZombieRegister()

    /// One way to wait for an hour, and how many of our timers one wait has.
    private struct Form {
        let name: String
        let timers: Int
        let wait: @Sendable @concurrent () async -> Void
    }

    private static let forms = [
        Form(name: "TimeSource.sleep", timers: 1) { try? await time.sleep(for: hour) },
        Form(name: "withDeadline", timers: 2) {
            try? await withDeadline(hour) { try? await time.sleep(for: hour * 2) }
        },
        Form(name: "withAbandoningDeadline", timers: 2) {
            try? await withAbandoningDeadline(hour, name: "op", patience: hour, zombies: zombies) {
                try? await time.sleep(for: hour * 2)
            }
        },
        Form(name: "racing Task.sleep", timers: 1) {
            try? await race { try? await time.sleep(for: hour * 2) }
        },
    ]

    static func run() async throws {
        for batch in [1000, count] {
            print(
                "\(count) timeouts of an hour, started, then cancelled, \(batch) at a time: resident memory that stays")
            fflush(nil)
            // A process each: none reuses what another left behind.
            for form in forms {
                let process = try Process.run(
                    URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath(),
                    arguments: ["timeouts", form.name, "\(batch)"])
                process.waitUntilExit()
            }
        }
        print("\(count) timeouts of an hour around nothing, one after the other")
        await measure("withDeadline") { for _ in 0..<count { try? await withDeadline(hour) {} } }
        await measure("withAbandoningDeadline") {
            for _ in 0..<count { try? await withAbandoningDeadline(hour, name: "op", zombies: zombies) {} }
        }
        print("\(count) timers made and cancelled")
        for others in [0, count] {
            let held = (0..<others).map { time.schedule(after: hour + .milliseconds($0)) {} }
            await measure("beside \(others) others") {
                for _ in 0..<count { time.schedule(after: hour) {}.cancel() }
            }
            for timer in held { timer.cancel() }
        }
    }

    static func run(_ name: String, batch: Int) async {
        guard let form = forms.first(where: { $0.name == name }) else { return }
        // Whatever the first ones make once.
        await cancelled(1000, batch: 1000, form)
        await measure(form.name) { await cancelled(count, batch: batch, form) }
        let left = SystemTime.timerStatistics.pending
        if left + zombies.total > 0 { print("  left over: \(left) timers, \(zombies.total) zombies") }
    }

    /// The usual way to write a timeout.
    private static func race(_ operation: @escaping @Sendable () async -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await Task.sleep(for: hour) }
            group.addTask { await operation() }
            try await group.next()
            group.cancelAll()
        }
    }

    private static func cancelled(_ count: Int, batch: Int, _ form: Form) async {
        for _ in 0..<(count / batch) {
            let tasks = (0..<batch).map { _ in Task { await form.wait() } }
            while SystemTime.timerStatistics.pending < batch * form.timers { await Task.yield() }
            for task in tasks { task.cancel() }
            for task in tasks { await task.value }
        }
    }

    private static func measure(_ name: String, _ work: () async -> Void) async {
        let before = resident()
        let start = time.monotonic()
        await work()
        let took = time.monotonic() - start
        let after = resident()
        trim()
        let megabytes = [after, resident()].map { String(format: "%+.1f MiB", Double($0 - before) / 1_048_576) }
        print(
            "  \(name): \(megabytes[0]) (\(megabytes[1]) once the allocator gave back what is free), "
                + "\(Int(took.inSeconds * 1e9 / Double(count))) ns each")
    }

    private static func resident() -> Int {
        let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(getpagesize()) : 0
    }

    /// `malloc_trim`, which Swift's Glibc module leaves out.
    private static func trim() {
        guard let symbol = dlsym(nil, "malloc_trim") else { return }
        _ = unsafeBitCast(symbol, to: (@convention(c) (Int) -> Int32).self)(0)
    }
}
