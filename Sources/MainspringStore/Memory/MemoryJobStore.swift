public import MainspringCore
import Synchronization

/// The store for tests and for work that may die with the process; and the reference for what every store does.
///
/// Leases are counted on the monotonic clock of the time source.
public final class MemoryJobStore: JobStore {
    private let shared: MemoryShared
    private let number: Int

    public init(time: any TimeSource) {
        shared = MemoryShared(MemoryState(), time: time)
        number = shared.add()
    }

    /// For the test that proves that the conformance suite sees a store without token checks.
    package init(time: any TimeSource, checksTokens: Bool) {
        var state = MemoryState()
        state.checksTokens = checksTokens
        shared = MemoryShared(state, time: time)
        number = shared.add()
    }

    private init(_ shared: MemoryShared) {
        self.shared = shared
        number = shared.add()
    }

    /// Another handle of the same jobs, as another process has one of a database: each hears of what the other wrote. The
    /// jobs are gone when one of them is closed.
    public func peer() -> MemoryJobStore { MemoryJobStore(shared) }

    public var name: String { "memory" }

    private func step<Value: Sendable>(
        _ news: StoreNews = [], _ body: @Sendable (inout MemoryState) throws -> Value
    ) throws -> Value {
        let value = try shared.step(body)
        shared.tell(news, except: number)
        return value
    }

    public func insert(_ groups: [[NewJob]], now: Timestamp) async throws -> [[InsertResult]] {
        try StoreChecks.check(groups)
        return try step(.work) { $0.insert(groups, now: now) }
    }

    public func exchange(_ settlements: [Settlement], claiming request: ClaimRequest?) async throws -> Exchange {
        try StoreChecks.check(settlements)
        let instant = shared.instant
        return try step(settlements.isEmpty ? [] : [.ended, .work]) { state in
            let settled = state.settle(settlements)
            return Exchange(settled: settled, leases: request.map { state.claim($0, at: instant) } ?? [])
        }
    }

    public func renew(_ tokens: [AttemptToken], lease: Duration) async throws -> Renewal {
        let until = shared.instant + lease
        return try step { $0.renew(tokens, until: until) }
    }

    public func report(_ reports: [AttemptReport], now: Timestamp) async throws -> [ReportResult] {
        try step { $0.report(reports, now: now) }
    }

    public func restore(
        _ jobs: [JobSnapshot], fired: [String: Timestamp], now: Timestamp
    ) async throws -> [RestoreResult] {
        try StoreChecks.check(jobs)
        return try step(.all) { $0.restore(jobs, fired: fired, now: now) }
    }

    public func cancel(_ ids: [JobID], now: Timestamp) async throws -> [CancelResult] {
        try step(.all) { $0.cancel(ids, now: now) }
    }

    public func retry(_ id: JobID, now: Timestamp) async throws -> RetryResult {
        try step(.work) { $0.retry(id, now: now) }
    }

    public func setPaused(_ paused: Bool, queue: String) async throws {
        try step(.work) { $0.paused[queue] = paused }
    }

    public func promote(under term: Term, now: Timestamp, limit: Int) async throws -> Promotion {
        let promotion = try step { state in
            try state.check(term)
            return state.promote(now: now, limit: limit)
        }
        if !promotion.promoted.isEmpty { shared.tell(.work, except: number) }
        return promotion
    }

    public func reclaim(under term: Term, now: Timestamp, limit: Int) async throws -> [ReclaimedJob] {
        let instant = shared.instant
        let jobs = try step { state in
            try state.check(term)
            return state.reclaim(now: now, limit: limit, at: instant)
        }
        if !jobs.isEmpty { shared.tell(.all, except: number) }
        return jobs
    }

    public func park(under term: Term, limit: Int) async throws -> Parking {
        let instant = shared.instant
        let parking = try step { state in
            try state.check(term)
            return state.park(limit: limit, at: instant)
        }
        if !parking.released.isEmpty { shared.tell(.work, except: number) }
        return parking
    }

    public func prune(
        under term: Term, finishedBefore: [JobState: Timestamp], now: Timestamp, limit: Int
    ) async throws -> Int {
        try step { state in
            try state.check(term)
            return state.prune(finishedBefore: finishedBefore, now: now, limit: limit)
        }
    }

    public func beat(_ beat: NodeBeat) async throws -> BeatAnswer {
        let instant = shared.instant
        let (answer, isNews) = try shared.step { state in
            let before = Set(state.nodes.values.map(\.record.identity))
            let answer = state.beat(beat, at: instant)
            return (answer, before != Set(state.nodes.values.map(\.record.identity)))
        }
        if isNews { shared.tell(.control, except: number) }
        return answer
    }

    public func leave(_ identity: NodeIdentity) async throws {
        try step(.control) { $0.leave(identity) }
    }

    public func ask(_ wish: NodeWish, of node: String) async throws -> Bool {
        let instant = shared.instant
        return try step(.control) { $0.ask(wish, of: node, at: instant) }
    }

    public func nodes() async throws -> [NodeRecord] {
        let instant = shared.instant
        return try step { $0.liveNodes(at: instant) }
    }

    public func onNews(_ handler: (@Sendable (StoreNews) -> Void)?) { shared.set(handler, of: number) }

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
        try step { $0.summaries() }
    }

    public func lastOccurrences() async throws -> [String: Timestamp] {
        try step { $0.occurrences.compactMapValues(\.last) }
    }

    public func close() async throws {
        shared.set(nil, of: number)
        shared.close()
    }
}
