/// One node as the store knows it.
public struct NodeRecord: Sendable, Equatable {
    public var identity: NodeIdentity
    /// What tells its process from a later one; nil where that cannot be told.
    public var process: ProcessStamp?
    public var host: String
    /// Where its API listens.
    public var url: String?
    /// Of Mainspring.
    public var version: String
    public var startedAt: Timestamp
    /// Its last beat, by its own clock.
    public var seenAt: Timestamp
    public var isDraining: Bool
    /// Kind → the newest version of its payload that the node knows; it knows all older ones.
    public var kinds: [String: Int]
    /// Queue that it works on → its workers there.
    public var queues: [String: Int]
    /// It holds the term.
    public var isLeader: Bool

    public init(
        identity: NodeIdentity, process: ProcessStamp? = nil, host: String = "", url: String? = nil,
        version: String = "",
        startedAt: Timestamp, seenAt: Timestamp, isDraining: Bool = false, kinds: [String: Int] = [:],
        queues: [String: Int] = [:], isLeader: Bool = false
    ) {
        self.identity = identity
        self.process = process
        self.host = host
        self.url = url
        self.version = version
        self.startedAt = startedAt
        self.seenAt = seenAt
        self.isDraining = isDraining
        self.kinds = kinds
        self.queues = queues
        self.isLeader = isLeader
    }
}
