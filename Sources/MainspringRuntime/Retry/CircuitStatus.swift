/// A circuit breaker at one moment, and what it counted since it was made.
public struct CircuitStatus: Sendable, Hashable {
    public internal(set) var state = CircuitState.closed
    /// Failures that lie within the window now; zero unless closed.
    public internal(set) var recentFailures = 0
    /// How long calls are refused still; zero when the next one goes through.
    public internal(set) var retryAfter = Duration.zero
    public internal(set) var succeeded = 0
    public internal(set) var failed = 0
    /// Calls that were cancelled; they count neither as success nor as failure.
    public internal(set) var cancelled = 0
    /// Calls that were not made.
    public internal(set) var refused = 0
    /// How many times the circuit opened, failed trials included.
    public internal(set) var opened = 0
}
