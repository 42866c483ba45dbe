import MainspringCore
import MainspringStore
import Synchronization

/// A memory store whose verbs can be told to fail, or to keep their answer back.
final class FaultyStore: JobStore {
    enum Verb: Hashable, Sendable {
        case insert, claim, renew, settle, promote, reclaim, cancel, retry, prune, read
    }

    private struct State {
        var failures: [Verb: Int] = [:]
        var calls: [Verb: Int] = [:]
        var callWaiters: [(verb: Verb, count: Int, continuation: CheckedContinuation<Void, Never>)] = []
        var heldVerbs: Set<Verb> = []
        var held: [Verb: [CheckedContinuation<Void, Never>]] = [:]
        var holdWaiters: [(verb: Verb, continuation: CheckedContinuation<Void, Never>)] = []
    }

    let inner = MemoryJobStore()
    private let state = Mutex(State())

    var name: String { inner.name }

    /// The next `times` calls of the verb throw and write nothing.
    func fail(_ verb: Verb, times: Int) {
        state.withLock { $0.failures[verb] = times }
    }

    /// Calls of the verb do their work and keep the answer until ``release(_:)``.
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

    private func step<Value: Sendable>(_ verb: Verb, _ body: () async throws -> Value) async throws -> Value {
        defer { count(verb) }
        let fails = state.withLock { state in
            guard let left = state.failures[verb], left > 0 else { return false }
            state.failures[verb] = left - 1
            return true
        }
        if fails { throw MainspringError(.storeFailed, "this failure was asked for") }
        let value = try await body()
        await keepBack(verb)
        return value
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
    func claim(_ request: ClaimRequest) async throws -> [Lease] {
        try await step(.claim) { try await inner.claim(request) }
    }
    func renew(_ tokens: [AttemptToken], until: Timestamp) async throws -> Renewal {
        try await step(.renew) { try await inner.renew(tokens, until: until) }
    }
    func settle(_ settlements: [Settlement]) async throws -> [SettleResult] {
        try await step(.settle) { try await inner.settle(settlements) }
    }
    func promote(now: Timestamp, limit: Int) async throws -> Promotion {
        try await step(.promote) { try await inner.promote(now: now, limit: limit) }
    }
    func reclaim(owner: NodeIdentity, now: Timestamp, limit: Int) async throws -> [ReclaimedJob] {
        try await step(.reclaim) { try await inner.reclaim(owner: owner, now: now, limit: limit) }
    }
    func cancel(_ ids: [JobID], now: Timestamp) async throws -> [CancelResult] {
        try await step(.cancel) { try await inner.cancel(ids, now: now) }
    }
    func retry(_ id: JobID, now: Timestamp) async throws -> RetryResult {
        try await step(.retry) { try await inner.retry(id, now: now) }
    }
    func prune(finishedBefore: [JobState: Timestamp], limit: Int) async throws -> Int {
        try await step(.prune) { try await inner.prune(finishedBefore: finishedBefore, limit: limit) }
    }
    func setPaused(_ paused: Bool, queue: String) async throws { try await inner.setPaused(paused, queue: queue) }
    func job(_ id: JobID) async throws -> JobRecord? { try await step(.read) { try await inner.job(id) } }
    func attempts(of id: JobID) async throws -> [AttemptRecord]? { try await inner.attempts(of: id) }
    func outputs(of id: JobID) async throws -> [AttemptLog] { try await inner.outputs(of: id) }
    func jobs(matching query: JobQuery) async throws -> JobPage { try await inner.jobs(matching: query) }
    func queues() async throws -> [QueueSummary] { try await inner.queues() }
    func lastOccurrences() async throws -> [String: Timestamp] { try await inner.lastOccurrences() }
    func close() async throws { try await inner.close() }
}
