public import MainspringRuntime

/// A command that this node runs again and again; nothing of it is stored.
public struct LoopConfiguration: Sendable, Equatable {
    /// What `every` is counted from.
    public enum Pacing: String, Sendable, Hashable, CaseIterable {
        /// From start to start.
        case rate
        /// From the end of a turn to the start of the next.
        case delay
    }

    /// What becomes of a turn that is due while one still runs.
    public enum Overlap: String, Sendable, Hashable, CaseIterable {
        case skip, queue, allow
    }

    public enum First: String, Sendable, Hashable, CaseIterable {
        /// At the start.
        case now
        /// `every` after the start.
        case later
    }

    /// Unique among services, loops and groups.
    public var name: String
    /// One turn.
    public var command: CommandSpec
    public var every: Duration
    /// The longest turn.
    public var timeout: Duration
    public var pacing: Pacing
    public var overlap: Overlap
    /// Each turn starts up to this much later; less than `every`.
    public var jitter: Duration
    public var first: First
    /// So many failed turns in a row end the loop; nil: they never do.
    public var maxFailures: Int?
    public var restart: ChildSpec.Restart
    public var backoff: RestartBackoff
    /// Of a turn, at its timeout too.
    public var stop: StopPolicy
}
