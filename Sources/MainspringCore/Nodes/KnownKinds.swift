/// What the live nodes of a store can run together.
public struct KnownKinds: Sendable, Equatable {
    /// Kind → the newest version of its payload that a node knows.
    public let newest: [String: Int]

    public init(of nodes: some Sequence<NodeRecord>) {
        newest = nodes.reduce(into: [:]) { newest, node in newest.merge(node.kinds) { max($0, $1) } }
    }

    /// Why no node can run such a job; nil when one can.
    public func parkReason(kind: String, version: Int) -> String? {
        guard let known = newest[kind] else { return "no live node knows the kind \(kind)" }
        guard version > known else { return nil }
        return "no live node knows version \(version) of \(kind); the newest known is \(known)"
    }
}
