public import MainspringCore

/// Stops calling what fails, and tries again with one call after a pause.
///
/// Closed until the policy's failures fall within its window; then open, and calls are refused without being made; after the
/// pause one call is the trial (half-open): its success closes the circuit, its failure opens it for another pause. A trial
/// that is still out after a pause is given up on, and the next call is the trial. Keeps no more than the times of the
/// last failures.
///
/// ```swift
/// let breaker = CircuitBreaker(name: "quotes", policy: CircuitPolicy(failures: 5), time: time)
/// let quote = try await breaker.run { try await client.quote("AAPL") }
/// ```
public final class CircuitBreaker: Sendable {
    public let name: String
    public let policy: CircuitPolicy
    private let time: any TimeSource
    private let isFailure: @Sendable (any Error) -> Bool
    private let observe: @Sendable (CircuitTransition) -> Void
    private let pump: ActionPump<CircuitMachine, CircuitTransition>

    /// - Parameters:
    ///   - name: For errors.
    ///   - isFailure: Which errors count as failures; all by default. Any other error counts as success: what was called has
    ///     answered. A `CancellationError` counts as neither and is not asked about.
    ///   - observe: Called once per change of state, in order, on the task of any caller; it must be short.
    public init(
        name: String, policy: CircuitPolicy = CircuitPolicy(), time: any TimeSource,
        counting isFailure: @escaping @Sendable (any Error) -> Bool = { _ in true },
        observe: @escaping @Sendable (CircuitTransition) -> Void = { _ in }
    ) {
        self.name = name
        self.policy = policy
        self.time = time
        self.isFailure = isFailure
        self.observe = observe
        pump = ActionPump(CircuitMachine(policy: policy))
    }

    public var status: CircuitStatus {
        let now = time.monotonic()
        return pump.read { $0.status(at: now) }
    }

    /// Runs the operation, or throws a ``MainspringError`` with the code `circuit_open` and the time left, without running
    /// it. The operation's own errors are thrown as they are.
    public func run<Output: Sendable>(
        _ operation: @Sendable @concurrent () async throws -> Output
    ) async throws -> Output {
        let ticket = try admit()
        do {
            let output = try await operation()
            end(ticket, .success)
            return output
        } catch {
            end(ticket, error is CancellationError ? .cancelled : isFailure(error) ? .failure : .success)
            throw error
        }
    }

    private func admit() throws -> CircuitMachine.Ticket {
        var admission = CircuitMachine.Admission.refused(retryAfter: .zero)
        pump.feed { machine in
            let (answer, transitions) = machine.begin(at: time.monotonic())
            admission = answer
            return transitions
        } perform: {
            observe($0)
        }
        switch admission {
        case .go(let ticket): return ticket
        case .refused(let left):
            throw MainspringError(
                .circuitOpen, "the circuit '\(name)' is open", hint: "It lets a call through in \(left.text)",
                retryAfter: left)
        }
    }

    private func end(_ ticket: CircuitMachine.Ticket, _ outcome: CircuitMachine.Outcome) {
        pump.feed {
            $0.end(ticket, outcome, at: time.monotonic())
        } perform: {
            observe($0)
        }
    }
}
