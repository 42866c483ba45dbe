import MainspringCore
import MainspringStore

/// A store, with a clock that measures its steps and a gate that a drill can shut.
struct ObservedStore<Base: JobStore>: JobStore {
    let base: Base
    let gate: StoreGate
    let time: any TimeSource
    /// Called after each step, also after one that failed.
    let stepped: @Sendable (_ op: String, _ took: Duration) -> Void

    private func step<Value>(_ op: String, _ body: () async throws -> Value) async throws -> Value {
        try gate.pass()
        let start = time.monotonic()
        defer { stepped(op, time.monotonic() - start) }
        return try await body()
    }

    var name: String { base.name }
    var exchangesAtOnce: Int { base.exchangesAtOnce }

    func insert(_ groups: [[NewJob]], now: Timestamp) async throws -> [[InsertResult]] {
        try await step("insert") { try await base.insert(groups, now: now) }
    }

    func exchange(_ settlements: [Settlement], claiming request: ClaimRequest?) async throws -> Exchange {
        try await step("exchange") { try await base.exchange(settlements, claiming: request) }
    }

    func renew(_ tokens: [AttemptToken], lease: Duration) async throws -> Renewal {
        try await step("renew") { try await base.renew(tokens, lease: lease) }
    }

    func report(_ reports: [AttemptReport], now: Timestamp) async throws -> [ReportResult] {
        try await step("report") { try await base.report(reports, now: now) }
    }

    func restore(_ jobs: [JobSnapshot], fired: [String: Timestamp], now: Timestamp) async throws -> [RestoreResult] {
        try await step("restore") { try await base.restore(jobs, fired: fired, now: now) }
    }

    func cancel(_ ids: [JobID], now: Timestamp) async throws -> [CancelResult] {
        try await step("cancel") { try await base.cancel(ids, now: now) }
    }

    func retry(_ id: JobID, now: Timestamp) async throws -> RetryResult {
        try await step("retry") { try await base.retry(id, now: now) }
    }

    func setPaused(_ paused: Bool, queue: String) async throws {
        try await step("pause") { try await base.setPaused(paused, queue: queue) }
    }

    func promote(under term: Term, now: Timestamp, limit: Int) async throws -> Promotion {
        try await step("promote") { try await base.promote(under: term, now: now, limit: limit) }
    }

    func reclaim(under term: Term, now: Timestamp, limit: Int) async throws -> [ReclaimedJob] {
        try await step("reclaim") { try await base.reclaim(under: term, now: now, limit: limit) }
    }

    func park(under term: Term, limit: Int) async throws -> Parking {
        try await step("park") { try await base.park(under: term, limit: limit) }
    }

    func prune(
        under term: Term, finishedBefore: [JobState: Timestamp], now: Timestamp, limit: Int
    ) async throws -> Int {
        try await step("prune") {
            try await base.prune(under: term, finishedBefore: finishedBefore, now: now, limit: limit)
        }
    }

    func beat(_ beat: NodeBeat) async throws -> BeatAnswer {
        try await step("beat") { try await base.beat(beat) }
    }

    func leave(_ identity: NodeIdentity) async throws {
        try await step("leave") { try await base.leave(identity) }
    }

    func ask(_ wish: NodeWish, of node: String) async throws -> Bool {
        try await step("ask") { try await base.ask(wish, of: node) }
    }

    func nodes() async throws -> [NodeRecord] { try await step("nodes") { try await base.nodes() } }

    func onNews(_ handler: (@Sendable (StoreNews) -> Void)?) { base.onNews(handler) }

    func job(_ id: JobID) async throws -> JobRecord? { try await step("job") { try await base.job(id) } }

    func attempts(of id: JobID) async throws -> [AttemptRecord]? {
        try await step("attempts") { try await base.attempts(of: id) }
    }

    func outputs(of id: JobID) async throws -> [AttemptLog] {
        try await step("outputs") { try await base.outputs(of: id) }
    }

    func jobs(matching query: JobQuery) async throws -> JobPage {
        try await step("jobs") { try await base.jobs(matching: query) }
    }

    func queues() async throws -> [QueueSummary] { try await step("queues") { try await base.queues() } }

    func lastOccurrences() async throws -> [String: Timestamp] {
        try await step("occurrences") { try await base.lastOccurrences() }
    }

    func close() async throws { try await base.close() }
}

extension ObservedStore: RemoteJobStore where Base: RemoteJobStore {
    func look() async throws -> StoreEpoch { try await step("look") { try await base.look() } }
}
