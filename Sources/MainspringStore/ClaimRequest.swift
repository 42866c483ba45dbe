public import MainspringCore

/// What a node has room for.
public struct ClaimRequest: Sendable, Equatable {
    public var owner: NodeIdentity
    /// Queue → free slots.
    public var demand: [String: Int]
    /// The kinds that this node can run.
    public var kinds: Set<String>
    /// New for every request: the tokens are made of it.
    public var nonce: String
    public var now: Timestamp
    public var leaseUntil: Timestamp

    public init(
        owner: NodeIdentity, demand: [String: Int], kinds: Set<String>, nonce: String, now: Timestamp,
        leaseUntil: Timestamp
    ) {
        self.owner = owner
        self.demand = demand
        self.kinds = kinds
        self.nonce = nonce
        self.now = now
        self.leaseUntil = leaseUntil
    }
}

public struct Renewal: Sendable, Equatable {
    /// Tokens that no longer hold: their attempts must stop, and can no longer write.
    public var lost: Set<AttemptToken>
    public var cancelRequested: Set<AttemptToken>

    public init(lost: Set<AttemptToken> = [], cancelRequested: Set<AttemptToken> = []) {
        self.lost = lost
        self.cancelRequested = cancelRequested
    }
}
