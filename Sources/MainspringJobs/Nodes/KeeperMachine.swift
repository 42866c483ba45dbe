import MainspringCore
import MainspringStore

/// What a node makes of the store's answers to its beats. Pure; `NodeKeeper` is its shell.
struct KeeperMachine {
    enum Action: Equatable {
        case term(Term?)
        case joined(String)
        case left(String, died: Bool)
        case wish(NodeWish)
        /// Another live incarnation has the name.
        case refused(by: NodeRecord?)
    }

    let identity: NodeIdentity
    private(set) var peers: [NodeIdentity: NodeRecord] = [:]
    /// Found dead since the last beat.
    private var gone: Set<NodeIdentity> = []
    /// When each peer's last beat was seen.
    private var seen: [NodeIdentity: MonotonicInstant] = [:]
    /// When the store answered last.
    private var lastAnswer: MonotonicInstant?

    /// A peer that had not beaten for so long when it was seen last did not leave in order.
    private static let silence = Membership.lease / 2

    init(identity: NodeIdentity) {
        self.identity = identity
    }

    /// How long to wait for the next beat: with others, so short that a death is found within seconds.
    var interval: Duration { peers.isEmpty ? .seconds(10) : .seconds(2) }

    /// What the next beat says is gone: peers whose process is certainly dead.
    mutating func gone(isAlive: (ProcessStamp) -> Bool?) -> Set<NodeIdentity> {
        gone = Set(peers.values.filter { $0.process.map(isAlive) == .some(false) }.map(\.identity))
        return gone
    }

    /// A node that drains leads only when nobody else can.
    func wantsTerm(isDraining: Bool) -> Bool { !isDraining || gone.isSuperset(of: peers.keys) }

    mutating func heard(_ answer: BeatAnswer, at instant: MonotonicInstant) -> [Action] {
        let others = answer.nodes.filter { $0.identity != identity }
        if answer.isRefused {
            return [.term(nil), .refused(by: others.first { $0.identity.name == identity.name })]
        }
        let now = Dictionary(others.map { ($0.identity, $0) }) { first, _ in first }
        var actions: [Action] = [.term(answer.term)]
        for peer in peers.keys.sorted(by: { $0.name < $1.name }) where now[peer] == nil {
            let wasSilent = seen[peer].flatMap { seen in lastAnswer.map { $0 - seen > Self.silence } } ?? false
            actions.append(.left(peer.name, died: wasSilent || gone.contains(peer)))
        }
        for peer in others where peers[peer.identity] == nil && lastAnswer != nil {
            actions.append(.joined(peer.identity.name))
        }
        if let wish = answer.wish { actions.append(.wish(wish)) }
        seen = now.mapValues { peer in
            (peers[peer.identity]?.seenAt == peer.seenAt ? seen[peer.identity] : nil) ?? instant
        }
        peers = now
        gone = []
        lastAnswer = instant
        return actions
    }
}
