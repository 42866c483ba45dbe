import MainspringCore
import MainspringJobs
import MainspringRuntime
import MainspringStore

/// A node for the time of a move: while it is in a store, it sees whoever else is, and no other leads.
struct Mover: Sendable {
    let name: String
    let incarnation: String
    let lease: Duration
    let time: any TimeSource

    private var identity: NodeIdentity { NodeIdentity(name: name, incarnation: incarnation) }

    /// Beats. Throws `locked` when anybody else lives there; nodes of this host whose process is gone do not.
    @discardableResult func enter(_ store: any JobStore) async throws -> Term? {
        let now = time.now()
        let record = NodeRecord(
            identity: identity, process: .current(), version: MainspringVersion.current, startedAt: now, seenAt: now)
        let others = try await store.nodes().filter { $0.identity != identity }
        let gone = Set(others.filter { $0.process.flatMap { $0.isAlive() } == false }.map(\.identity))
        if let other = others.first(where: { !gone.contains($0.identity) }) { throw refusal(other, in: store) }
        let answer = try await store.beat(NodeBeat(node: record, lease: lease, gone: gone))
        if let other = answer.nodes.first(where: { $0.identity != identity }) { throw refusal(other, in: store) }
        return answer.term
    }

    func leave(_ stores: [any JobStore]) async {
        // Its lease ends by itself where this fails.
        for store in stores { try? await store.leave(identity) }
    }

    private func refusal(_ other: NodeRecord, in store: any JobStore) -> MainspringError {
        let place = other.host.isEmpty ? "" : " on \(other.host)"
        return MainspringError(
            .locked, "the node \(other.identity.name)\(place) uses the \(store.name) store",
            hint: "Stop it ('mainspring node stop'); one that died is forgotten within a minute.")
    }
}
