import MainspringCore
import MainspringStore
import Synchronization

/// The memory store, until it is told to fail.
final class FaultyStore: JobStore {
    private let store: MemoryJobStore
    private let failure = Mutex<MainspringError?>(nil)
    private let count = Mutex((calls: 0, waiters: [(calls: Int, continuation: CheckedContinuation<Void, Never>)]()))

    init(time: any TimeSource) {
        store = MemoryJobStore(time: time)
    }

    /// Questions and commands of surfaces since the beginning.
    var calls: Int { count.withLock { $0.calls } }

    /// Waits until that many have come.
    func called(_ calls: Int) async {
        await withCheckedContinuation { continuation in
            let isReady = count.withLock { count in
                if count.calls < calls { count.waiters.append((calls, continuation)) }
                return count.calls >= calls
            }
            if isReady { continuation.resume() }
        }
    }

    func fail(_ error: MainspringError?) { failure.withLock { $0 = error } }

    private func check() throws {
        let ready = count.withLock { count in
            count.calls += 1
            let ready = count.waiters.filter { $0.calls <= count.calls }.map(\.continuation)
            count.waiters.removeAll { $0.calls <= count.calls }
            return ready
        }
        for continuation in ready { continuation.resume() }
        if let error = failure.withLock({ $0 }) { throw error }
    }

    var name: String { store.name }

    func insert(_ groups: [[NewJob]], now: Timestamp) async throws -> [[InsertResult]] {
        try check()
        return try await store.insert(groups, now: now)
    }

    func exchange(_ settlements: [Settlement], claiming request: ClaimRequest?) async throws -> Exchange {
        try await store.exchange(settlements, claiming: request)
    }

    func restore(
        _ jobs: [JobSnapshot], fired: [String: Timestamp], now: Timestamp
    ) async throws -> [RestoreResult] {
        try await store.restore(jobs, fired: fired, now: now)
    }

    func renew(_ tokens: [AttemptToken], lease: Duration) async throws -> Renewal {
        try await store.renew(tokens, lease: lease)
    }

    func report(_ reports: [AttemptReport], now: Timestamp) async throws -> [ReportResult] {
        try await store.report(reports, now: now)
    }

    func promote(under term: Term, now: Timestamp, limit: Int) async throws -> Promotion {
        try await store.promote(under: term, now: now, limit: limit)
    }

    func reclaim(under term: Term, now: Timestamp, limit: Int) async throws -> [ReclaimedJob] {
        try await store.reclaim(under: term, now: now, limit: limit)
    }

    func park(under term: Term, limit: Int) async throws -> Parking {
        try await store.park(under: term, limit: limit)
    }

    func beat(_ beat: NodeBeat) async throws -> BeatAnswer { try await store.beat(beat) }

    func leave(_ identity: NodeIdentity) async throws { try await store.leave(identity) }

    func ask(_ wish: NodeWish, of node: String) async throws -> Bool {
        try check()
        return try await store.ask(wish, of: node)
    }

    func nodes() async throws -> [NodeRecord] {
        try check()
        return try await store.nodes()
    }

    func onNews(_ handler: (@Sendable (StoreNews) -> Void)?) { store.onNews(handler) }

    func cancel(_ ids: [JobID], now: Timestamp) async throws -> [CancelResult] {
        try check()
        return try await store.cancel(ids, now: now)
    }

    func retry(_ id: JobID, now: Timestamp) async throws -> RetryResult {
        try check()
        return try await store.retry(id, now: now)
    }

    func prune(
        under term: Term, finishedBefore: [JobState: Timestamp], now: Timestamp, limit: Int
    ) async throws -> Int {
        try await store.prune(under: term, finishedBefore: finishedBefore, now: now, limit: limit)
    }

    func setPaused(_ paused: Bool, queue: String) async throws {
        try check()
        try await store.setPaused(paused, queue: queue)
    }

    func job(_ id: JobID) async throws -> JobRecord? {
        try check()
        return try await store.job(id)
    }

    func attempts(of id: JobID) async throws -> [AttemptRecord]? {
        try check()
        return try await store.attempts(of: id)
    }

    func outputs(of id: JobID) async throws -> [AttemptLog] {
        try check()
        return try await store.outputs(of: id)
    }

    func jobs(matching query: JobQuery) async throws -> JobPage {
        try check()
        return try await store.jobs(matching: query)
    }

    func queues() async throws -> [QueueSummary] {
        try check()
        return try await store.queues()
    }

    func lastOccurrences() async throws -> [String: Timestamp] { try await store.lastOccurrences() }

    func close() async throws { try await store.close() }
}
