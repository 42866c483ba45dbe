public import MainspringCore

/// What a node says of itself to the others.
public struct NodeFacts: Sendable {
    public var identity: NodeIdentity
    /// Nil: its death is only found by its missing beats.
    public var process: ProcessStamp?
    public var host: String
    /// Of Mainspring.
    public var version: String
    /// Whether the process of another node lives; nil: it cannot be told from here.
    public var isAlive: @Sendable (ProcessStamp) -> Bool?

    public init(
        identity: NodeIdentity, process: ProcessStamp? = nil, host: String = "", version: String = "",
        isAlive: @escaping @Sendable (ProcessStamp) -> Bool? = { _ in nil }
    ) {
        self.identity = identity
        self.process = process
        self.host = host
        self.version = version
        self.isAlive = isAlive
    }
}
