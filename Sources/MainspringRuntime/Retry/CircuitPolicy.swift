/// When a circuit breaker stops calls, and for how long.
public struct CircuitPolicy: Sendable, Hashable {
    /// As many failures within the window open the circuit; less than 1 counts as 1.
    public var failures: Int
    public var within: Duration
    /// How long calls are refused before one is let through as a trial.
    public var pause: Duration

    /// The default is five failures within a minute, and a pause of thirty seconds.
    public init(failures: Int = 5, within: Duration = .seconds(60), pause: Duration = .seconds(30)) {
        self.failures = failures
        self.within = within
        self.pause = pause
    }
}
