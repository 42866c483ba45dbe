import MainspringCore
import MainspringStore
import Synchronization

/// A memory store whose verbs can be told to fail, to wait before they begin, or to keep their answer back; and the store of a
/// process that dies.
///
/// An exchange counts as one, and also as a claim, a settlement, or both, by what it holds.
final class FaultyStore: JobStore {
    enum Verb: Hashable, Sendable, CaseIterable {
        case insert, exchange, claim, settle, renew, report, cancel, retry, pause, promote, reclaim, park, prune
        case beat, leave, ask, read
    }

    private struct State {
        var failures: [Verb: (times: Int, code: MainspringError.Code)] = [:]
        var begun = 0
        var calls: [Verb: Int] = [:]
        var callWaiters: [(verb: Verb, count: Int, continuation: CheckedContinuation<Void, Never>)] = []
        var heldVerbs: Set<Verb> = []
        var held: [Verb: [CheckedContinuation<Void, Never>]] = [:]
        var holdWaiters: [(verb: Verb, continuation: CheckedContinuation<Void, Never>)] = []
        var frozenVerbs: Set<Verb> = []
        var frozen: [CheckedContinuation<Void, Never>] = []
        var isBroken = false
        var isDead = false
        var lastStep = Int.max
        var renewals: [AttemptToken: Int] = [:]
    }

    let inner: MemoryJobStore
    private let state = Mutex(State())

    init(_ inner: MemoryJobStore) {
        self.inner = inner
    }

    convenience init(time: any TimeSource) {
        self.init(MemoryJobStore(time: time))
    }

    /// What another node uses.
    func peer() -> FaultyStore { FaultyStore(inner.peer()) }

    var name: String { inner.name }

    /// The next `times` calls of the verb throw and write nothing.
    func fail(_ verb: Verb, times: Int, as code: MainspringError.Code = .storeFailed) {
        state.withLock { $0.failures[verb] = (times, code) }
    }

    /// Until it is mended every verb throws and writes nothing.
    func set(broken: Bool) { state.withLock { $0.isBroken = broken } }

    /// Calls of these verbs do nothing before ``thaw()``: their process stands still.
    func freeze(_ verbs: Set<Verb> = Set(Verb.allCases)) { state.withLock { $0.frozenVerbs = verbs } }

    func thaw() {
        let frozen = state.withLock { state in
            state.frozenVerbs = []
            defer { state.frozen = [] }
            return state.frozen
        }
        for continuation in frozen { continuation.resume() }
    }

    /// From now on nothing that its node does is written: the node is dead, and does not know it. What its node asks for is
    /// answered so that its tasks end soon.
    func die() {
        state.withLock { $0.isDead = true }
        thaw()
    }

    /// Dies in its step of that number: the step is written, and its answer is lost.
    func die(atStep number: Int) { state.withLock { $0.lastStep = number } }

    /// How often the attempt's lease was renewed.
    func renewals(of token: AttemptToken) -> Int { state.withLock { $0.renewals[token] ?? 0 } }

    /// Calls of the verb do their work and keep the answer until ``release(_:)``; not a claim that finds nothing, of which
    /// one may be under way at any time.
    func hold(_ verb: Verb) {
        _ = state.withLock { $0.heldVerbs.insert(verb) }
    }

    func release(_ verb: Verb) {
        let held = state.withLock { state in
            state.heldVerbs.remove(verb)
            return state.held.removeValue(forKey: verb) ?? []
        }
        for continuation in held { continuation.resume() }
    }

    /// Suspends until a call of the verb keeps its answer back.
    func holds(_ verb: Verb) async {
        await withCheckedContinuation { continuation in
            let isHeld = state.withLock { state in
                if state.held[verb] != nil { return true }
                state.holdWaiters.append((verb, continuation))
                return false
            }
            if isHeld { continuation.resume() }
        }
    }

    /// Steps that began and steps that ended.
    var total: Int { state.withLock { $0.begun + $0.calls.values.reduce(0, +) } }

    func calls(_ verb: Verb) -> Int { state.withLock { $0.calls[verb] ?? 0 } }

    /// Suspends until so many calls of the verb have ended, well or not.
    func called(_ verb: Verb, times: Int) async {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                if state.calls[verb] ?? 0 >= times { return true }
                state.callWaiters.append((verb, times, continuation))
                return false
            }
            if isDone { continuation.resume() }
        }
    }

    private func step<Value: Sendable>(_ verbs: Verb..., body: () async throws -> Value) async throws -> Value {
        try await step(verbs, body)
    }

    private func step<Value: Sendable>(
        _ verbs: [Verb], dead answer: Value? = nil, mayKeep: (Verb, Value) -> Bool = { _, _ in true },
        _ body: () async throws -> Value
    ) async throws -> Value {
        await waitForThaw(of: verbs)
        defer { for verb in verbs { count(verb) } }
        let (failure, isDead) = state.withLock { state -> (MainspringError.Code?, Bool) in
            state.begun += 1
            if state.isDead || state.isBroken { return (.storeFailed, state.isDead) }
            if state.begun >= state.lastStep { state.isDead = true }
            guard let verb = verbs.first(where: { state.failures[$0]?.times ?? 0 > 0 }) else { return (nil, false) }
            state.failures[verb]?.times -= 1
            return (state.failures[verb]?.code, false)
        }
        if isDead, let answer { return answer }
        if let failure { throw MainspringError(failure, "this failure was asked for") }
        let value = try await body()
        if state.withLock({ $0.isDead }) {
            if let answer { return answer }
            throw MainspringError(.storeFailed, "this death was asked for")
        }
        for verb in verbs where mayKeep(verb, value) { await keepBack(verb) }
        return value
    }

    private func waitForThaw(of verbs: [Verb]) async {
        await withCheckedContinuation { continuation in
            let waits = state.withLock { state in
                guard !state.frozenVerbs.isDisjoint(with: verbs) else { return false }
                state.frozen.append(continuation)
                return true
            }
            if !waits { continuation.resume() }
        }
    }

    private func keepBack(_ verb: Verb) async {
        await withCheckedContinuation { continuation in
            let waiters: [CheckedContinuation<Void, Never>]? = state.withLock { state in
                guard state.heldVerbs.contains(verb) else { return nil }
                state.held[verb, default: []].append(continuation)
                defer { state.holdWaiters.removeAll { $0.verb == verb } }
                return state.holdWaiters.filter { $0.verb == verb }.map(\.continuation)
            }
            guard let waiters else { return continuation.resume() }
            for waiter in waiters { waiter.resume() }
        }
    }

    private func count(_ verb: Verb) {
        let ready = state.withLock { state in
            let count = (state.calls[verb] ?? 0) + 1
            state.calls[verb] = count
            defer { state.callWaiters.removeAll { $0.verb == verb && $0.count <= count } }
            return state.callWaiters.filter { $0.verb == verb && $0.count <= count }.map(\.continuation)
        }
        for continuation in ready { continuation.resume() }
    }

    // MARK: Verbs

    func insert(_ groups: [[NewJob]], now: Timestamp) async throws -> [[InsertResult]] {
        try await step(.insert) { try await inner.insert(groups, now: now) }
    }
    func exchange(_ settlements: [Settlement], claiming request: ClaimRequest?) async throws -> Exchange {
        let verbs = [.exchange] + (settlements.isEmpty ? [] : [.settle]) + (request == nil ? [] : [Verb.claim])
        let dead = Exchange(settled: settlements.map { _ in .stale })
        return try await step(verbs, dead: dead) { verb, exchange in
            verb != .claim || !exchange.leases.isEmpty
        } _: {
            try await inner.exchange(settlements, claiming: request)
        }
    }
    func restore(
        _ jobs: [JobSnapshot], fired: [String: Timestamp], now: Timestamp
    ) async throws -> [RestoreResult] {
        try await step(.insert) { try await inner.restore(jobs, fired: fired, now: now) }
    }

    func renew(_ tokens: [AttemptToken], lease: Duration) async throws -> Renewal {
        try await step([.renew], dead: Renewal(lost: Set(tokens))) {
            state.withLock { state in
                for token in tokens { state.renewals[token, default: 0] += 1 }
            }
            return try await inner.renew(tokens, lease: lease)
        }
    }
    func report(_ reports: [AttemptReport], now: Timestamp) async throws -> [ReportResult] {
        try await step(.report) { try await inner.report(reports, now: now) }
    }
    func cancel(_ ids: [JobID], now: Timestamp) async throws -> [CancelResult] {
        try await step(.cancel) { try await inner.cancel(ids, now: now) }
    }
    func retry(_ id: JobID, now: Timestamp) async throws -> RetryResult {
        try await step(.retry) { try await inner.retry(id, now: now) }
    }
    func setPaused(_ paused: Bool, queue: String) async throws {
        try await step(.pause) { try await inner.setPaused(paused, queue: queue) }
    }
    func promote(under term: Term, now: Timestamp, limit: Int) async throws -> Promotion {
        try await step(.promote) { try await inner.promote(under: term, now: now, limit: limit) }
    }
    func reclaim(under term: Term, now: Timestamp, limit: Int) async throws -> [ReclaimedJob] {
        try await step(.reclaim) { try await inner.reclaim(under: term, now: now, limit: limit) }
    }
    func park(under term: Term, limit: Int) async throws -> Parking {
        try await step(.park) { try await inner.park(under: term, limit: limit) }
    }
    func prune(
        under term: Term, finishedBefore: [JobState: Timestamp], now: Timestamp, limit: Int
    ) async throws -> Int {
        try await step(.prune) {
            try await inner.prune(under: term, finishedBefore: finishedBefore, now: now, limit: limit)
        }
    }
    func beat(_ beat: NodeBeat) async throws -> BeatAnswer { try await step(.beat) { try await inner.beat(beat) } }
    func leave(_ identity: NodeIdentity) async throws {
        try await step([.leave], dead: ()) { try await inner.leave(identity) }
    }
    func ask(_ wish: NodeWish, of node: String) async throws -> Bool {
        try await step(.ask) { try await inner.ask(wish, of: node) }
    }
    func nodes() async throws -> [NodeRecord] { try await inner.nodes() }
    func onNews(_ handler: (@Sendable (StoreNews) -> Void)?) { inner.onNews(handler) }
    func job(_ id: JobID) async throws -> JobRecord? {
        try await step([.read], dead: .some(nil)) { try await inner.job(id) }
    }
    func attempts(of id: JobID) async throws -> [AttemptRecord]? { try await inner.attempts(of: id) }
    func outputs(of id: JobID) async throws -> [AttemptLog] { try await inner.outputs(of: id) }
    func jobs(matching query: JobQuery) async throws -> JobPage { try await inner.jobs(matching: query) }
    func queues() async throws -> [QueueSummary] { try await inner.queues() }
    func lastOccurrences() async throws -> [String: Timestamp] { try await inner.lastOccurrences() }
    func close() async throws { try await inner.close() }
}
