/// A change of a circuit breaker's state.
public struct CircuitTransition: Sendable, Hashable {
    public var from: CircuitState
    public var to: CircuitState
}
