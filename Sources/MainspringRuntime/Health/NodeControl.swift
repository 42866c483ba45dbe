/// What surfaces may see and do of a whole node. Answers come from memory.
public protocol NodeControl: Sendable {
    /// Everything that runs: the node's own parts with its running jobs, then what is supervised, in start order.
    func tree() -> [ChildStatus]

    /// How many operations were given up and still run.
    var zombies: Int { get }

    func runtime() -> RuntimeReport

    /// It was told to take no more jobs, and may be told to take some again.
    var isDraining: Bool { get }

    /// It does the work of all nodes of its store.
    var isLeading: Bool { get }

    /// While on, the node takes no jobs; what runs goes on.
    func drain(_ isOn: Bool)

    /// Who would be cut if the node were stopped now.
    func rehearseStop() -> ShutdownRehearsal

    /// Begins the stop; returns at once. When it has begun already nothing changes.
    func stop()
}
