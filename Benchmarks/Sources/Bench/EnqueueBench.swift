import MainspringCore
import MainspringJobs
import MainspringRuntime
import MainspringSQLite
import MainspringStore
import Synchronization

/// How long a caller waits until its job is in the store, and how many get in.
enum EnqueueBench {
    private struct Form {
        let name: String
        let total: Int
        let callers: Int
        let batch: Int
    }

    private static let forms = [
        Form(name: "one at a time", total: 2000, callers: 1, batch: 1),
        Form(name: "50 callers at once", total: 20_000, callers: 50, batch: 1),
        Form(name: "in bulk, 500 a call", total: 100_000, callers: 1, batch: 500),
    ]

    static func run() async throws {
        print("enqueue through the client, median of 5")
        for form in forms {
            try await measure(form, durability: "full") { try SQLiteJobStore(path: $0.file("jobs.db")) }
        }
        for form in forms.prefix(2) {
            try await measure(form, durability: "none") { _ in MemoryJobStore(time: SystemTime()) }
        }
    }

    private static func measure(_ form: Form, durability: String, _ make: (Folder) throws -> any JobStore) async throws
    {
        var rates: [Double] = []
        var waits: [Double] = []
        for _ in 0..<5 {
            let folder = try Folder()
            let store = try make(folder)
            let (rate, calls) = try await enqueue(form, store)
            rates.append(rate)
            waits += calls
            try await store.close()
        }
        let (p50, p99) = (waits.percentile(0.5).millis, waits.percentile(0.99).millis)
        print("  durability \(durability), \(form.name): \(rates.median.perSecond), a call p50 \(p50), p99 \(p99)")
        Results.add(
            "enqueue, \(form.name)", "\(rates.median.perSecond), p50 \(p50), p99 \(p99)", durability: durability)
    }

    private static func enqueue(_ form: Form, _ store: any JobStore) async throws -> (rate: Double, calls: [Double]) {
        try await store.setPaused(true, queue: "default")
        let node = JobNode(store, workers: 1, sink: JobNode.Counter(0))
        let system = node.system
        try await system.join()
        async let running: Void = system.run()
        let clock = SystemTime()
        let start = clock.monotonic()
        let calls = try await withThrowingTaskGroup(of: [Double].self) { group in
            for _ in 0..<form.callers {
                group.addTask {
                    var calls: [Double] = []
                    for _ in 0..<(form.total / form.callers / form.batch) {
                        let before = clock.monotonic()
                        _ = try await system.client.enqueue((0..<form.batch).map { _ in JobRequest(kind: "nop") })
                        calls.append((clock.monotonic() - before).inSeconds)
                    }
                    return calls
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let rate = Double(form.total) / (clock.monotonic() - start).inSeconds
        system.quiesce()
        await running
        return (rate, calls)
    }
}
