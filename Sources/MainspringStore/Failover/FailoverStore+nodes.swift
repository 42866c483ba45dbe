public import MainspringCore
import Synchronization

extension FailoverStore {
    // MARK: The leader's work

    public func promote(under term: Term, now: Timestamp, limit: Int) async throws -> Promotion {
        try await lead(under: term) { try await primary.promote(under: term, now: now, limit: limit) }
    }

    /// None soon after a return: the owners report first.
    public func reclaim(under term: Term, now: Timestamp, limit: Int) async throws -> [ReclaimedJob] {
        let from = state.withLock { $0.rescuesFrom }
        if let from, from > time.monotonic() { return [] }
        return try await lead(under: term) { try await primary.reclaim(under: term, now: now, limit: limit) }
    }

    public func park(under term: Term, limit: Int) async throws -> Parking {
        try await lead(under: term) { try await primary.park(under: term, limit: limit) }
    }

    public func prune(
        under term: Term, finishedBefore: [JobState: Timestamp], now: Timestamp, limit: Int
    ) async throws -> Int {
        try await lead(under: term) {
            try await primary.prune(under: term, finishedBefore: finishedBefore, now: now, limit: limit)
        }
    }

    /// Nobody leads while the server is away.
    private func lead<Value>(under term: Term, _ body: () async throws -> Value) async throws -> Value {
        try await ask(body) {
            throw MainspringError(
                .staleTerm, "term \(term.number) is in doubt: the store is away",
                hint: "A node leads again once the store is back.")
        }
    }

    // MARK: Nodes

    /// While the server is away: what it knew last, and no term.
    public func beat(_ beat: NodeBeat) async throws -> BeatAnswer {
        state.withLock { $0.beat = beat }
        var answer = try await ask {
            try await primary.beat(beat)
        } away: {
            remembered(beat)
        }
        let wish = state.withLock { state in
            state.nodes = answer.nodes
            defer { state.wish = nil }
            return state.wish
        }
        answer.wish = answer.wish ?? wish
        // The server may have lost something while nobody asked anything of it.
        lookSoon()
        return answer
    }

    private func remembered(_ beat: NodeBeat) -> BeatAnswer {
        let known = state.withLock { $0.nodes }
        var own = beat.node
        own.isLeader = false
        let others = known.filter { $0.identity.name != own.identity.name && !beat.gone.contains($0.identity) }.map {
            var node = $0
            node.isLeader = false
            return node
        }
        return BeatAnswer(nodes: (others + [own]).sorted { $0.identity.name < $1.identity.name })
    }

    public func leave(_ identity: NodeIdentity) async throws {
        state.withLock { $0.beat = nil }
        try await ask { try await primary.leave(identity) }
    }

    public func ask(_ wish: NodeWish, of node: String) async throws -> Bool {
        try await ask { try await primary.ask(wish, of: node) }
    }

    /// While the server is away, those that it knew last.
    public func nodes() async throws -> [NodeRecord] {
        try await ask(isRead: true) {
            try await primary.nodes()
        } away: {
            state.withLock { $0.nodes }
        }
    }

    // MARK: Questions

    /// A spooled job answers from the spool until the server has it.
    public func job(_ id: JobID) async throws -> JobRecord? {
        guard state.withLock({ $0.jobs.contains(id) }) else {
            return try await ask(isRead: true) { try await primary.job(id) }
        }
        if let record = try await spooled(id) { return record }
        return try await ask(isRead: true) { try await primary.job(id) }
    }

    public func attempts(of id: JobID) async throws -> [AttemptRecord]? {
        if let attempts = state.withLock({ $0.jobs.attempts(of: id) }) { return attempts }
        return try await ask(isRead: true) { try await primary.attempts(of: id) }
    }

    public func outputs(of id: JobID) async throws -> [AttemptLog] {
        if let outputs = state.withLock({ $0.jobs.outputs(of: id) }) { return outputs }
        return try await ask(isRead: true) { try await primary.outputs(of: id) }
    }

    public func jobs(matching query: JobQuery) async throws -> JobPage {
        try await ask(isRead: true) { try await primary.jobs(matching: query) }
    }

    public func queues() async throws -> [QueueSummary] {
        try await ask(isRead: true) { try await primary.queues() }
    }

    public func lastOccurrences() async throws -> [String: Timestamp] {
        try await ask(isRead: true) { try await primary.lastOccurrences() }
    }
}
