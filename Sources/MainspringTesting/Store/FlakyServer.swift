package import MainspringCore
package import MainspringStore
import Synchronization

/// A handle of a server that is not there, in memory: it goes away and comes back, as it was or otherwise.
///
/// ``peer()`` is what another node has of the same server: it has faults of its own.
package final class FlakyServer: RemoteJobStore {
    package enum Fault: Sendable, Hashable, CaseIterable {
        /// Nothing is done.
        case unreachable
        /// All is done, and no answer comes.
        case unanswered
        case readOnly, full

        fileprivate var error: MainspringError {
            switch self {
            case .unreachable, .unanswered: MainspringError(.storeUnreachable, "the server does not answer")
            case .readOnly: MainspringError(.storeReadOnly, "the server is a replica")
            case .full: MainspringError(.storeFull, "the server has no memory left")
            }
        }
    }

    fileprivate struct Data {
        var store: MemoryJobStore
        var epoch = StoreEpoch(server: "run-1", data: "data-1")
        /// How often the store was replaced.
        var life = 0
        var starts = 1
        var saved: [JobSnapshot] = []
    }

    private struct Handle {
        var fault: Fault?
        /// Of the next calls of that verb.
        var faults: [StoreVerbName: Fault] = [:]
        var delay: Duration?
        var lateness: Duration?
        var calls: [StoreVerbName: Int] = [:]
        var peer: (store: MemoryJobStore, life: Int)?
        var handler: (@Sendable (StoreNews) -> Void)?
    }

    package enum StoreVerbName: Sendable, Hashable {
        case insert, exchange, renew, report, restore, control, lead, node, read, look
    }

    private final class Shared: Sendable {
        let data: Mutex<Data>
        init(_ data: sending Data) { self.data = Mutex(data) }
    }

    private let shared: Shared
    private let handle = Mutex(Handle())
    private let time: any TimeSource

    package init(time: any TimeSource) {
        self.time = time
        shared = Shared(Data(store: MemoryJobStore(time: time)))
    }

    private init(_ shared: Shared, time: any TimeSource) {
        self.shared = shared
        self.time = time
    }

    package func peer() -> FlakyServer { FlakyServer(shared, time: time) }

    // MARK: What happens to it

    /// Until it is mended with nil. For this handle alone.
    package func set(_ fault: Fault?) { handle.withLock { $0.fault = fault } }

    /// The next call of the verb.
    package func failNext(_ verb: StoreVerbName, _ fault: Fault) { handle.withLock { $0.faults[verb] = fault } }

    /// Each verb takes so long; nil: no time.
    package func set(delay: Duration?) { handle.withLock { $0.delay = delay } }

    /// Each verb is done at once and answers so long after it; nil: no time.
    package func set(lateness: Duration?) { handle.withLock { $0.lateness = lateness } }

    package func calls(_ verb: StoreVerbName) -> Int { handle.withLock { $0.calls[verb] ?? 0 } }

    /// Another process with the same data.
    package func restart() { shared.data.withLock { $0.restart() } }

    /// Another process with nothing; `sameProcess`: as FLUSHALL does.
    package func empty(sameProcess: Bool = false) {
        shared.data.withLock { data in
            if !sameProcess { data.restart() }
            data.replace(MemoryJobStore(time: time))
            data.epoch.data = "data-\(data.life + 1)"
        }
    }

    /// What ``rollBack()`` comes back to; running jobs are not in it.
    package func save() async throws {
        let store = current
        var snapshots: [JobSnapshot] = []
        for job in try await store.jobs(matching: JobQuery(limit: StoreLimits.page)).jobs where job.state != .running {
            let attempts = try await store.attempts(of: job.id) ?? []
            snapshots.append(JobSnapshot(record: job, attempts: attempts.map { .init(record: $0) }))
        }
        let saved = Array(snapshots.reversed())
        shared.data.withLock { $0.saved = saved }
    }

    /// Another process with older data.
    package func rollBack() async throws {
        let store = MemoryJobStore(time: time)
        let saved = shared.data.withLock { $0.saved }
        _ = try await store.restore(saved, fired: [:], now: time.now())
        shared.data.withLock { data in
            data.restart()
            data.replace(store)
        }
    }

    /// What it holds, whatever its faults.
    package var current: MemoryJobStore { shared.data.withLock { $0.store } }

    // MARK: Steps

    private func step<Value: Sendable>(
        _ verb: StoreVerbName, _ body: (MemoryJobStore) async throws -> Value
    ) async throws -> Value {
        let (fault, delay, lateness) = handle.withLock { handle in
            handle.calls[verb, default: 0] += 1
            return (handle.faults.removeValue(forKey: verb) ?? handle.fault, handle.delay, handle.lateness)
        }
        if let delay { try? await time.sleep(for: delay) }
        // What only refuses writes answers questions.
        if let fault, fault != .unanswered, verb != .read || fault == .unreachable { throw fault.error }
        let value = try await body(own)
        if fault == .unanswered { throw Fault.unanswered.error }
        if let lateness { try? await time.sleep(for: lateness) }
        return value
    }

    /// This handle's way to what is there now.
    private var own: MemoryJobStore {
        let (store, life) = shared.data.withLock { ($0.store, $0.life) }
        return handle.withLock { handle in
            if let peer = handle.peer, peer.life == life { return peer.store }
            let peer = store.peer()
            peer.onNews { [weak self] in self?.tell($0) }
            handle.peer = (peer, life)
            return peer
        }
    }

    private func tell(_ news: StoreNews) {
        let handler = handle.withLock { $0.fault == .unreachable ? nil : $0.handler }
        handler?(news)
    }

    package func onNews(_ handler: (@Sendable (StoreNews) -> Void)?) {
        handle.withLock { $0.handler = handler }
        _ = own
    }

    package func look() async throws -> StoreEpoch {
        try await step(.look) { _ in shared.data.withLock { $0.epoch } }
    }

    package var name: String { "flaky" }
    package var exchangesAtOnce: Int { 2 }

    package func insert(_ groups: [[NewJob]], now: Timestamp) async throws -> [[InsertResult]] {
        try await step(.insert) { try await $0.insert(groups, now: now) }
    }

    package func exchange(_ settlements: [Settlement], claiming request: ClaimRequest?) async throws -> Exchange {
        try await step(.exchange) { try await $0.exchange(settlements, claiming: request) }
    }

    package func renew(_ tokens: [AttemptToken], lease: Duration) async throws -> Renewal {
        try await step(.renew) { try await $0.renew(tokens, lease: lease) }
    }

    package func report(_ reports: [AttemptReport], now: Timestamp) async throws -> [ReportResult] {
        try await step(.report) { try await $0.report(reports, now: now) }
    }

    package func restore(
        _ jobs: [JobSnapshot], fired: [String: Timestamp], now: Timestamp
    ) async throws -> [RestoreResult] {
        try await step(.restore) { try await $0.restore(jobs, fired: fired, now: now) }
    }

    package func cancel(_ ids: [JobID], now: Timestamp) async throws -> [CancelResult] {
        try await step(.control) { try await $0.cancel(ids, now: now) }
    }

    package func retry(_ id: JobID, now: Timestamp) async throws -> RetryResult {
        try await step(.control) { try await $0.retry(id, now: now) }
    }

    package func setPaused(_ paused: Bool, queue: String) async throws {
        try await step(.control) { try await $0.setPaused(paused, queue: queue) }
    }

    package func promote(under term: Term, now: Timestamp, limit: Int) async throws -> Promotion {
        try await step(.lead) { try await $0.promote(under: term, now: now, limit: limit) }
    }

    package func reclaim(under term: Term, now: Timestamp, limit: Int) async throws -> [ReclaimedJob] {
        try await step(.lead) { try await $0.reclaim(under: term, now: now, limit: limit) }
    }

    package func park(under term: Term, limit: Int) async throws -> Parking {
        try await step(.lead) { try await $0.park(under: term, limit: limit) }
    }

    package func prune(
        under term: Term, finishedBefore: [JobState: Timestamp], now: Timestamp, limit: Int
    ) async throws -> Int {
        try await step(.lead) {
            try await $0.prune(under: term, finishedBefore: finishedBefore, now: now, limit: limit)
        }
    }

    package func beat(_ beat: NodeBeat) async throws -> BeatAnswer {
        try await step(.node) { try await $0.beat(beat) }
    }

    package func leave(_ identity: NodeIdentity) async throws {
        try await step(.node) { try await $0.leave(identity) }
    }

    package func ask(_ wish: NodeWish, of node: String) async throws -> Bool {
        try await step(.node) { try await $0.ask(wish, of: node) }
    }

    package func nodes() async throws -> [NodeRecord] { try await step(.read) { try await $0.nodes() } }

    package func job(_ id: JobID) async throws -> JobRecord? { try await step(.read) { try await $0.job(id) } }

    package func attempts(of id: JobID) async throws -> [AttemptRecord]? {
        try await step(.read) { try await $0.attempts(of: id) }
    }

    package func outputs(of id: JobID) async throws -> [AttemptLog] {
        try await step(.read) { try await $0.outputs(of: id) }
    }

    package func jobs(matching query: JobQuery) async throws -> JobPage {
        try await step(.read) { try await $0.jobs(matching: query) }
    }

    package func queues() async throws -> [QueueSummary] { try await step(.read) { try await $0.queues() } }

    package func lastOccurrences() async throws -> [String: Timestamp] {
        try await step(.read) { try await $0.lastOccurrences() }
    }

    package func close() async throws { try await own.close() }
}

extension FlakyServer.Data {
    fileprivate mutating func restart() {
        starts += 1
        epoch.server = "run-\(starts)"
    }

    fileprivate mutating func replace(_ store: MemoryJobStore) {
        life += 1
        self.store = store
    }
}
