public import MainspringCore
import MainspringStore

/// How long ended jobs are kept; a state that is not named is kept for ever.
public struct Retention: Sendable, Hashable {
    public var keep: [JobState: Duration]

    /// The defaults are a day for completed and cancelled jobs, and 30 days for discarded ones.
    public init(
        keep: [JobState: Duration] = [
            .completed: .seconds(86_400), .cancelled: .seconds(86_400), .discarded: .seconds(30 * 86_400),
        ]
    ) {
        self.keep = keep
    }
}

/// Takes back the jobs of dead owners, parks what nobody can run, and removes what has been kept long enough, while its node
/// leads.
struct Upkeep: Sendable {
    let store: any JobStore
    let retention: Retention
    let time: any TimeSource
    let sink: any EventSink
    let health: StoreHealth
    let leadership: Leadership
    let isReady: @Sendable () async -> Bool
    let onReclaimed: @Sendable (_ queue: String) -> Void
    private let signal = WakeSignal()

    private static let interval: Duration = .seconds(30)
    private static let batch = 500

    /// A round is left out while `isReady` says so; `onReclaimed` is called for a queue that may hold more work than before.
    init(
        store: any JobStore, retention: Retention, time: any TimeSource, sink: any EventSink, health: StoreHealth,
        leadership: Leadership, isReady: @escaping @Sendable () async -> Bool,
        onReclaimed: @escaping @Sendable (String) -> Void
    ) {
        self.store = store
        self.retention = retention
        self.time = time
        self.sink = sink
        self.health = health
        self.leadership = leadership
        self.isReady = isReady
        self.onReclaimed = onReclaimed
        leadership.onChange { [signal] _ in signal.notify() }
    }

    /// A node that came may run what was parked; one that left may have held jobs.
    func look() { signal.notify() }

    /// Until its task is cancelled.
    @concurrent func run() async {
        while true {
            let timer = time.schedule(after: Self.interval) { [signal] in signal.notify() }
            await signal.wait()
            timer.cancel()
            if Task.isCancelled { return }
            await work()
        }
    }

    /// One round; nothing happens while another node leads.
    func work() async {
        guard let term = leadership.term else { return health.unneeded(.upkeep) }
        guard await isReady() else { return }
        do {
            try await reclaim(under: term)
            try await park(under: term)
            try await prune(under: term)
            health.succeeded(doing: .upkeep)
        } catch let error as MainspringError where error.code == .staleTerm {
            leadership.lost(term)
        } catch {
            health.failed(error, doing: .upkeep)
        }
    }

    private func reclaim(under term: Term) async throws {
        while true {
            let jobs = try await store.reclaim(under: term, now: time.now(), limit: Self.batch)
            for job in jobs {
                sink.emit(.job(.rescued(id: job.id, kind: job.kind, queue: job.queue, state: job.state)))
                onReclaimed(job.queue)
            }
            if jobs.count < Self.batch { return }
        }
    }

    private func park(under term: Term) async throws {
        while true {
            let parking = try await store.park(under: term, limit: Self.batch)
            if parking.parked > 0 { sink.emit(.job(.parked(count: parking.parked))) }
            let released = parking.released.values.reduce(0, +)
            if released > 0 { sink.emit(.job(.released(count: released))) }
            for queue in parking.released.keys { onReclaimed(queue) }
            // Each round shows the next of a line whose front it parked.
            if max(parking.parked, released) < Self.batch || Task.isCancelled { return }
        }
    }

    private func prune(under term: Term) async throws {
        let now = time.now()
        let before = retention.keep.mapValues { now - $0 }
        while !Task.isCancelled {
            let removed = try await store.prune(under: term, finishedBefore: before, now: now, limit: Self.batch)
            if removed < Self.batch { return }
        }
    }
}
