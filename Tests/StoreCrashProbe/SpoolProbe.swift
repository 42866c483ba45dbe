import Glibc
import MainspringCore
import MainspringSQLite
import MainspringStore
import Synchronization

/// Appends to a spool from several tasks at once, says what was acknowledged, one line for each job, and dies by SIGKILL after
/// `count` of them, while others are on their way.
enum SpoolProbe {
    static func run(file: String, count: Int) async throws -> Never {
        // For a test that never comes to wait for it.
        alarm(120)
        let spool = try SQLiteSpool(path: file)
        let tally = AcknowledgedJobs(limit: count)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask { try await work(on: spool, task: task, count: count, tally) }
            }
            try await group.waitForAll()
        }
        exit(3)
    }

    private static func work(on spool: SQLiteSpool, task: Int, count: Int, _ tally: AcknowledgedJobs) async throws {
        for number in 0..<count {
            let id = "t\(task)-\(number)"
            _ = try await spool.append([.jobs([job(id)], mayBeThere: false)], now: now)
            tally.add(id)
        }
    }

    private static let now = Timestamp(microseconds: 1_767_225_600_000_000)

    private static func job(_ id: String) -> NewJob {
        NewJob(
            record: JobRecord(
                id: JobID(rawValue: id)!, kind: "work", queue: "default", state: .available, priority: .normal,
                arguments: "{}", maxAttempts: 3, createdAt: now, scheduledAt: now))
    }
}

private final class AcknowledgedJobs: Sendable {
    private let limit: Int
    private let count = Mutex(0)

    init(limit: Int) { self.limit = limit }

    /// Says it, and dies after the last.
    func add(_ id: String) {
        count.withLock { count in
            let line = Array("\(id)\n".utf8)
            _ = line.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            count += 1
            if count == limit { kill(getpid(), SIGKILL) }
        }
    }
}
