import Logging
import MainspringCore
import MainspringJobs
import MainspringRuntime
import MainspringSQLite
import MainspringStore
import Synchronization

/// A job system with one kind, as a node wires it.
struct JobNode {
    struct Nothing: JobExecutor {
        func run(_ attempt: JobAttempt) async -> AttemptResult { AttemptResult(.success(result: nil)) }
    }

    /// Tells when the wanted number of jobs is settled.
    final class Counter: EventSink {
        private struct State {
            var left: Int
            var end: MonotonicInstant?
            var waiter: CheckedContinuation<Void, Never>?
        }

        private let state: Mutex<State>

        init(_ count: Int) { state = Mutex(State(left: count)) }

        func emit(_ event: MainspringEvent) {
            guard case .job(.settled) = event else { return }
            let waiter: CheckedContinuation<Void, Never>? = state.withLock { state in
                state.left -= 1
                guard state.left == 0 else { return nil }
                state.end = SystemTime().monotonic()
                return state.waiter
            }
            waiter?.resume()
        }

        /// When the last one was settled.
        func end() async -> MonotonicInstant {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.end == nil { state.waiter = continuation }
                    return state.end != nil
                }
                if isOver { continuation.resume() }
            }
            return state.withLock { $0.end } ?? SystemTime().monotonic()
        }
    }

    let system: JobSystem
    let store: any JobStore

    init(
        _ store: any JobStore, workers: Int, executor: any JobExecutor = Nothing(), sink: any EventSink,
        timeout: Duration = .seconds(300)
    ) {
        self.store = store
        let logger = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        let kind = JobKind(name: "nop", timeout: timeout, executor: executor)
        system = JobSystem(
            registry: JobRegistry(kinds: [kind], queues: ["default": QueueOptions(workers: workers, limit: .max)]),
            schedules: [], retention: Retention(keep: [:]),
            node: NodeFacts(identity: NodeIdentity(name: "bench", incarnation: "1")), store: store, time: SystemTime(),
            ids: RandomIDSource(), sink: sink, health: StoreHealth(logger: logger), logger: logger, drained: {})
    }

    /// Runs until `count` jobs are settled; the time from the first claim to the last settlement.
    static func drain(_ store: any JobStore, count: Int, workers: Int) async throws -> Duration {
        let counter = Counter(count)
        let node = JobNode(store, workers: workers, sink: counter)
        try await node.system.join()
        let start = SystemTime().monotonic()
        async let running: Void = node.system.run()
        let end = await counter.end()
        node.system.quiesce()
        await running
        return end - start
    }

    /// Fills a new file with waiting jobs.
    static func fill(path: String, count: Int) async throws {
        let store = try SQLiteJobStore(path: path, durability: .normal)
        try await fill(store, count: count)
        try await store.close()
    }

    static func fill(_ store: any JobStore, count: Int, in delay: Duration? = nil) async throws {
        let time = SystemTime()
        let ids = RandomIDSource()
        for start in stride(from: 0, to: count, by: 1000) {
            let now = time.now()
            let jobs = (start..<min(start + 1000, count)).map { _ in
                NewJob(
                    record: JobRecord(
                        id: ids.jobID(at: now), kind: "nop", queue: "default",
                        state: delay == nil ? .available : .scheduled, priority: .normal,
                        arguments: #"{"symbol":"AAPL","window":20}"#, maxAttempts: 5, createdAt: now,
                        scheduledAt: now + (delay ?? .zero)))
            }
            _ = try await store.insert([jobs], now: now)
        }
    }
}
