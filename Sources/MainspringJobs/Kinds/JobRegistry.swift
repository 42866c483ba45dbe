import MainspringCore

/// The declared kinds and queues; fixed while the node runs.
public struct JobRegistry: Sendable {
    public let kinds: [String: JobKind]
    public let queues: [String: QueueOptions]
    /// Outermost first.
    public let middleware: [any JobMiddleware]
    /// The queues that this node works on; it takes jobs for all of them.
    let worked: [String: QueueOptions]
    /// Kind → its version.
    let versions: [String: Int]

    /// `workingOn` names the queues that this node works on; nil: all.
    public init(
        kinds: [JobKind], queues: [String: QueueOptions], middleware: [any JobMiddleware] = [],
        workingOn names: Set<String>? = nil
    ) {
        self.kinds = Dictionary(kinds.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        self.queues = queues
        self.middleware = middleware
        worked = queues.filter { names?.contains($0.key) ?? true }
        versions = self.kinds.mapValues(\.version)
    }
}
