import MainspringCore
import MainspringStore

extension StoreProbe {
    func node(_ identity: NodeIdentity, kinds: [String: Int] = ["scan": 1], isLeader: Bool = false) -> NodeRecord {
        NodeRecord(identity: identity, startedAt: at(0), seenAt: at(0), kinds: kinds, isLeader: isLeader)
    }

    @discardableResult
    func beat(
        _ identity: NodeIdentity, kinds: [String: Int] = ["scan": 1], lease: Double = 3600,
        gone: Set<NodeIdentity> = [], wantsTerm: Bool = false
    ) async throws -> BeatAnswer {
        try await store.beat(
            NodeBeat(
                node: node(identity, kinds: kinds), lease: .milliseconds(Int64(lease * 1000)), gone: gone,
                wantsTerm: wantsTerm))
    }

    /// Of the keeper, which leads from now on.
    func term() async throws -> Term {
        guard let term = try await beat(Self.keeper, kinds: [:], lease: 1_000_000, wantsTerm: true).term else {
            throw ConformanceFailure("a node gets the term when it wants it and no other has it")
        }
        return term
    }

    // MARK: The leader's work, by the keeper

    func promote(now: Double, limit: Int = 100) async throws -> Promotion {
        try await store.promote(under: try await term(), now: at(now), limit: limit)
    }

    func reclaim(now: Double, limit: Int = 100) async throws -> [ReclaimedJob] {
        try await store.reclaim(under: try await term(), now: at(now), limit: limit)
    }

    func park(limit: Int = 100) async throws -> Parking {
        try await store.park(under: try await term(), limit: limit)
    }

    func prune(_ before: [JobState: Double], now: Double = 0, limit: Int = 100) async throws -> Int {
        try await store.prune(
            under: try await term(), finishedBefore: before.mapValues { at($0) }, now: at(now), limit: limit)
    }

    /// Fails unless the body is refused because its term is over, and leaves everything as it was.
    func expectStaleTerm(_ what: String, _ body: () async throws -> Void) async throws {
        let before = try await image()
        do {
            try await body()
            throw ConformanceFailure("\(what) under an old term is refused")
        } catch let error as MainspringError {
            try expectEqual(error.code, .staleTerm, "the refusal of \(what)")
        }
        try expectEqual(try await image(), before, "everything after a refused \(what)")
    }
}
