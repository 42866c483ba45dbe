public import MainspringCore
import Synchronization

/// The store for tests and for work that may die with the process; and the reference for what every store does.
public final class MemoryJobStore: JobStore {
    /// Nil once closed.
    private let state: Mutex<MemoryState?>

    public init() {
        state = Mutex(MemoryState())
    }

    /// For the test that proves that the conformance suite sees a store without token checks.
    package init(checksTokens: Bool) {
        var state = MemoryState()
        state.checksTokens = checksTokens
        self.state = Mutex(state)
    }

    public var name: String { "memory" }

    private func step<Value>(_ body: (inout MemoryState) throws -> sending Value) throws -> sending Value {
        try state.withLock { state in
            guard state != nil else { throw MainspringError(.storeFailed, "the store is closed") }
            return try body(&state!)
        }
    }

    public func insert(_ groups: [[NewJob]], now: Timestamp) async throws -> [[InsertResult]] {
        try StoreChecks.check(groups)
        return try step { $0.insert(groups) }
    }

    public func claim(_ request: ClaimRequest) async throws -> [Lease] {
        try step { $0.claim(request) }
    }

    public func renew(_ tokens: [AttemptToken], until: Timestamp) async throws -> Renewal {
        try step { $0.renew(tokens, until: until) }
    }

    public func settle(_ settlements: [Settlement]) async throws -> [SettleResult] {
        try StoreChecks.check(settlements)
        return try step { $0.settle(settlements) }
    }

    public func promote(now: Timestamp, limit: Int) async throws -> Promotion {
        try step { $0.promote(now: now, limit: limit) }
    }

    public func reclaim(owner: NodeIdentity, now: Timestamp, limit: Int) async throws -> [ReclaimedJob] {
        try step { $0.reclaim(owner: owner, now: now, limit: limit) }
    }

    public func cancel(_ ids: [JobID], now: Timestamp) async throws -> [CancelResult] {
        try step { $0.cancel(ids, now: now) }
    }

    public func retry(_ id: JobID, now: Timestamp) async throws -> RetryResult {
        try step { $0.retry(id, now: now) }
    }

    public func prune(finishedBefore: [JobState: Timestamp], limit: Int) async throws -> Int {
        try step { $0.prune(finishedBefore: finishedBefore, limit: limit) }
    }

    public func setPaused(_ paused: Bool, queue: String) async throws {
        try step { $0.paused[queue] = paused }
    }

    public func job(_ id: JobID) async throws -> JobRecord? {
        try step { $0.job(id)?.record }
    }

    public func attempts(of id: JobID) async throws -> [AttemptRecord]? {
        try step { $0.attempts(of: id) }
    }

    public func outputs(of id: JobID) async throws -> [AttemptLog] {
        try step { $0.outputs(of: id) }
    }

    public func jobs(matching query: JobQuery) async throws -> JobPage {
        try step { $0.jobs(matching: query) }
    }

    public func queues() async throws -> [QueueSummary] {
        try step { $0.queues() }
    }

    public func lastOccurrences() async throws -> [String: Timestamp] {
        try step { $0.occurrences.compactMapValues(\.last) }
    }

    public func close() async throws {
        state.withLock { $0 = nil }
    }
}
