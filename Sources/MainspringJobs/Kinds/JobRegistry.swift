/// The declared kinds and queues; fixed while the node runs.
public struct JobRegistry: Sendable {
    public let kinds: [String: JobKind]
    public let queues: [String: QueueOptions]

    public init(kinds: [JobKind], queues: [String: QueueOptions]) {
        self.kinds = Dictionary(kinds.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        self.queues = queues
    }
}
