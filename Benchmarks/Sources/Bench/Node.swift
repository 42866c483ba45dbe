import Logging
import MainspringCore
import MainspringJobs
import MainspringRuntime
import MainspringSQLite
import MainspringStore

/// A job system with one no-op kind over a SQLite file, as a node wires it.
struct Node {
    struct Nothing: JobExecutor {
        func run(_ attempt: JobAttempt) async -> AttemptResult { AttemptResult(.success(result: nil)) }
    }

    /// Counts settlements and tells when the wanted number is reached.
    final class Counter: EventSink {
        private let state: AsyncStream<Void>.Continuation
        let settled: AsyncStream<Void>

        init() {
            (settled, state) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
        }

        func emit(_ event: MainspringEvent) {
            if case .job(.settled) = event { state.yield() }
        }
    }

    let system: JobSystem
    let counter = Counter()
    let store: SQLiteJobStore

    init(path: String, workers: Int, durability: SQLiteJobStore.Durability) throws {
        store = try SQLiteJobStore(path: path, durability: durability)
        let logger = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        let kind = JobKind(name: "nop", executor: Nothing())
        system = JobSystem(
            registry: JobRegistry(kinds: [kind], queues: ["default": QueueOptions(workers: workers, limit: .max)]),
            schedules: [], retention: Retention(keep: [:]), identity: NodeIdentity(name: "bench", incarnation: "1"),
            store: store, time: SystemTime(), ids: RandomIDSource(), sink: counter, health: StoreHealth(logger: logger),
            logger: logger, drained: {})
    }

    /// Runs until `count` jobs are settled; the time from the first claim to the last settlement.
    func drain(_ count: Int) async throws -> Duration {
        let clock = SystemTime()
        let start = clock.monotonic()
        let system = self.system
        async let running: Void = system.run()
        var seen = 0
        for await _ in counter.settled {
            seen += 1
            if seen == count { break }
        }
        let end = clock.monotonic()
        system.quiesce()
        await running
        try await store.close()
        return end - start
    }

    /// Fills a new file with waiting jobs.
    static func fill(path: String, count: Int) async throws {
        let store = try SQLiteJobStore(path: path, durability: .normal)
        let time = SystemTime()
        let ids = RandomIDSource()
        for start in stride(from: 0, to: count, by: 1000) {
            let now = time.now()
            let jobs = (start..<min(start + 1000, count)).map { _ in
                NewJob(
                    record: JobRecord(
                        id: ids.jobID(at: now), kind: "nop", queue: "default", state: .available, priority: .normal,
                        arguments: #"{"symbol":"AAPL","window":20}"#, maxAttempts: 5, createdAt: now, scheduledAt: now))
            }
            _ = try await store.insert([jobs], now: now)
        }
        try await store.close()
    }
}
