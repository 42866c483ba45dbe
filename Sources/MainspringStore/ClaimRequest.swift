public import MainspringCore

/// What a node has room for.
public struct ClaimRequest: Sendable, Equatable {
    public var owner: NodeIdentity
    /// Queue → free slots.
    public var demand: [String: Int]
    /// Kind that the node can run → the newest version of its payload that it knows; it knows all older ones.
    public var kinds: [String: Int]
    /// New for every request: the tokens are made of it.
    public var nonce: String
    public var now: Timestamp
    /// How long the leases hold without a renewal.
    public var lease: Duration
    /// Nonces of the owner's earlier requests whose answers it never got: their leases are handed out again, first, with
    /// tokens of this request, so once.
    public var unanswered: Set<String>

    public init(
        owner: NodeIdentity, demand: [String: Int], kinds: [String: Int], nonce: String, now: Timestamp,
        lease: Duration, unanswered: Set<String> = []
    ) {
        self.owner = owner
        self.demand = demand
        self.kinds = kinds
        self.nonce = nonce
        self.now = now
        self.lease = lease
        self.unanswered = unanswered
    }
}

/// What one ``JobStore/exchange(_:claiming:)`` did.
public struct Exchange: Sendable, Equatable {
    /// In the order of the settlements.
    public var settled: [SettleResult]
    /// Smallest rank first.
    public var leases: [Lease]

    public init(settled: [SettleResult] = [], leases: [Lease] = []) {
        self.settled = settled
        self.leases = leases
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

public enum ReportResult: Sendable, Hashable {
    case recorded(cancelRequested: Bool)
    /// The token no longer holds: nothing was written.
    case stale
}
