/// One life of one node: the name that the configuration gives, and a nonce that is new at every start.
public struct NodeIdentity: Sendable, Hashable {
    public let name: String
    public let incarnation: String

    public init(name: String, incarnation: String) {
        self.name = name
        self.incarnation = incarnation
    }
}
