/// What a supervisor does when a child fails, and how often at most.
public struct SupervisionPolicy: Sendable, Hashable {
    public enum Strategy: String, Sendable, Hashable, CaseIterable {
        /// The failed child alone is restarted.
        case oneForOne = "one-for-one"
        /// All children are stopped in reverse order, then started in order.
        case oneForAll = "one-for-all"
        /// The failed child and those after it; each child waits for the one before it to be ready.
        case restForOne = "rest-for-one"
    }

    /// What follows more restarts than allowed.
    public enum Exhaustion: String, Sendable, Hashable, CaseIterable {
        /// Restarts go on at the backoff's cap; the child counts as degraded until it has been healthy for a while.
        case backOff = "back_off"
        /// All children are stopped and stay so; the node goes on without them and is not ready.
        case fail
        /// All children are stopped, and the supervisor has failed in its own supervisor's eyes; the root ends the node.
        case escalate
    }

    public var strategy: Strategy
    /// More restarts than this `within` the time exhaust the supervisor. Restarts that were asked for do not count, and a
    /// restart of several children together is one.
    public var maxRestarts: Int
    public var within: Duration
    public var onExhausted: Exhaustion

    /// The defaults are one-for-one, 3 restarts within 5 s, and to back off.
    public init(
        strategy: Strategy = .oneForOne, maxRestarts: Int = 3, within: Duration = .seconds(5),
        onExhausted: Exhaustion = .backOff
    ) {
        self.strategy = strategy
        self.maxRestarts = maxRestarts
        self.within = within
        self.onExhausted = onExhausted
    }
}
