/// Where a circuit breaker stands.
public enum CircuitState: String, Sendable, Hashable, CaseIterable {
    /// Calls go through.
    case closed
    /// Calls are refused.
    case open
    /// One call is out as a trial; its end decides. Others are refused.
    case halfOpen = "half_open"
}
