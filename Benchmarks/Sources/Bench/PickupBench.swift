import MainspringCore
import MainspringJobs
import MainspringRuntime
import MainspringSQLite
import MainspringStore
import Synchronization

/// From the call that enqueues a job to the first line of its code, at a steady 200 jobs a second.
enum PickupBench {
    private final class Stamps: JobExecutor {
        private let starts = Mutex<[JobID: MonotonicInstant]>([:])

        func run(_ attempt: JobAttempt) async -> AttemptResult {
            let now = SystemTime().monotonic()
            starts.withLock { $0[attempt.lease.job.id] = now }
            return AttemptResult(.success(result: nil))
        }

        func start(of id: JobID) -> MonotonicInstant? { starts.withLock { $0[id] } }
    }

    static func run() async throws {
        let count = 2000
        print("pickup: \(count) jobs at 200 a second, 10 workers; from the call of enqueue to the job's first line")
        for durability in ["full", "normal", "none"] {
            let folder = try Folder()
            let store: any JobStore =
                switch durability {
                case "full": try SQLiteJobStore(path: folder.file("jobs.db"))
                case "normal": try SQLiteJobStore(path: folder.file("jobs.db"), durability: .normal)
                default: MemoryJobStore(time: SystemTime())
                }
            let waits = try await measure(store, count: count)
            let (p50, p99) = (waits.percentile(0.5).millis, waits.percentile(0.99).millis)
            print("  durability \(durability): p50 \(p50), p99 \(p99), longest \((waits.max() ?? 0).millis)")
            Results.add("pickup at 200 jobs/s", "p50 \(p50), p99 \(p99)", durability: durability)
            try await store.close()
        }
    }

    private static func measure(_ store: any JobStore, count: Int) async throws -> [Double] {
        let stamps = Stamps()
        let counter = JobNode.Counter(count)
        let node = JobNode(store, workers: 10, executor: stamps, sink: counter)
        let system = node.system
        try await system.join()
        async let running: Void = system.run()
        let clock = SystemTime()
        var calls: [(id: JobID, at: MonotonicInstant)] = []
        var next = clock.monotonic()
        var tasks: [Task<Void, any Error>] = []
        for _ in 0..<count {
            next = next + .milliseconds(5)
            try await clock.sleep(for: max(.zero, next - clock.monotonic()))
            let id = RandomIDSource().jobID(at: clock.now())
            calls.append((id, clock.monotonic()))
            // A slow write must not slow the pace.
            tasks.append(Task { _ = try await system.client.enqueue([JobRequest(kind: "nop", id: id)]) })
        }
        for task in tasks { try await task.value }
        _ = await counter.end()
        system.quiesce()
        await running
        return calls.compactMap { call in stamps.start(of: call.id).map { ($0 - call.at).inSeconds } }
    }
}
