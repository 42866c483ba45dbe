public import MainspringCore

/// What a node tells the store again and again.
public struct NodeBeat: Sendable, Equatable {
    /// `isLeader` means nothing here; `seenAt` is now.
    public var node: NodeRecord
    /// How long the node counts as alive without another beat, in the store's time.
    public var lease: Duration
    /// Nodes whose process the caller found to be gone.
    public var gone: Set<NodeIdentity>
    /// A node that drains leads no more.
    public var wantsTerm: Bool

    public init(node: NodeRecord, lease: Duration, gone: Set<NodeIdentity> = [], wantsTerm: Bool = true) {
        self.node = node
        self.lease = lease
        self.gone = gone
        self.wantsTerm = wantsTerm
    }
}

public struct BeatAnswer: Sendable, Equatable {
    /// Nil: another node leads, or the beat was refused.
    public var term: Term?
    /// Live nodes, by name; the caller too, unless it was refused.
    public var nodes: [NodeRecord]
    /// What somebody asked of this node since its last beat; told once.
    public var wish: NodeWish?
    /// The name belongs to another live incarnation, which is among ``nodes``.
    public var isRefused: Bool

    public init(term: Term? = nil, nodes: [NodeRecord] = [], wish: NodeWish? = nil, isRefused: Bool = false) {
        self.term = term
        self.nodes = nodes
        self.wish = wish
        self.isRefused = isRefused
    }
}
