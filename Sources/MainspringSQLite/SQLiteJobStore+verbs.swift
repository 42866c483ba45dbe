public import MainspringCore
public import MainspringStore

extension SQLiteJobStore: JobStore {
    public var name: String { "sqlite" }

    public func insert(_ groups: [[NewJob]], now: Timestamp) async throws -> [[InsertResult]] {
        try StoreChecks.check(groups)
        return try await write(.insert) { try $0.insert(groups, now: now) }
    }

    public func exchange(_ settlements: [Settlement], claiming request: ClaimRequest?) async throws -> Exchange {
        try StoreChecks.check(settlements)
        return try await write(.exchange) { transaction in
            let settled = try transaction.settle(settlements)
            return Exchange(settled: settled, leases: try request.map { try transaction.claim($0) } ?? [])
        }
    }

    public func restore(
        _ jobs: [JobSnapshot], fired: [String: Timestamp], now: Timestamp
    ) async throws -> [RestoreResult] {
        try StoreChecks.check(jobs)
        return try await write(.restore) { try $0.restore(jobs, fired: fired, now: now) }
    }

    public func renew(_ tokens: [AttemptToken], lease: Duration) async throws -> Renewal {
        try await write(.renew) { try $0.renew(tokens, lease: lease) }
    }

    public func report(_ reports: [AttemptReport], now: Timestamp) async throws -> [ReportResult] {
        try await write(.report) { try $0.report(reports, now: now) }
    }

    public func cancel(_ ids: [JobID], now: Timestamp) async throws -> [CancelResult] {
        try await write(.cancel) { try $0.cancel(ids, now: now) }
    }

    public func retry(_ id: JobID, now: Timestamp) async throws -> RetryResult {
        try await write(.retry) { try $0.retry(id, now: now) }
    }

    public func setPaused(_ paused: Bool, queue: String) async throws {
        try await write(.setPaused) { try $0.setPaused(paused, queue: queue) }
    }

    public func promote(under term: Term, now: Timestamp, limit: Int) async throws -> Promotion {
        try await write(.promote) { try $0.promote(under: term, now: now, limit: limit) }
    }

    public func reclaim(under term: Term, now: Timestamp, limit: Int) async throws -> [ReclaimedJob] {
        try await write(.reclaim) { try $0.reclaim(under: term, now: now, limit: limit) }
    }

    public func park(under term: Term, limit: Int) async throws -> Parking {
        try await write(.park) { try $0.park(under: term, limit: limit) }
    }

    public func prune(
        under term: Term, finishedBefore: [JobState: Timestamp], now: Timestamp, limit: Int
    ) async throws -> Int {
        try await write(.prune) { transaction in
            try transaction.prune(under: term, finishedBefore: finishedBefore, now: now, limit: limit)
        }
    }

    // MARK: Nodes

    public func beat(_ beat: NodeBeat) async throws -> BeatAnswer {
        try await write(.beat) { try $0.beat(beat) }
    }

    public func leave(_ identity: NodeIdentity) async throws {
        try await write(.leave) { try $0.leave(identity) }
    }

    public func ask(_ wish: NodeWish, of node: String) async throws -> Bool {
        try await write(.ask) { try $0.ask(wish, of: node) }
    }

    public func nodes() async throws -> [NodeRecord] {
        let steady = steady
        return try await read { try NodeTable($0).live(at: steady).map(\.record) }
    }

    // MARK: Questions

    public func job(_ id: JobID) async throws -> JobRecord? {
        try await read { try StoreReads(database: $0).job(id) }
    }

    public func attempts(of id: JobID) async throws -> [AttemptRecord]? {
        try await read { try StoreReads(database: $0).attempts(of: id) }
    }

    public func outputs(of id: JobID) async throws -> [AttemptLog] {
        try await read { try StoreReads(database: $0).outputs(of: id) }
    }

    public func jobs(matching query: JobQuery) async throws -> JobPage {
        let window = settings.searchWindow
        return try await read { try JobPages(database: $0, query: query, window: window).page() }
    }

    public func queues() async throws -> [QueueSummary] {
        try await read { try StoreReads(database: $0).queues() }
    }

    public func lastOccurrences() async throws -> [String: Timestamp] {
        try await read { try StoreReads(database: $0).lastOccurrences() }
    }
}
