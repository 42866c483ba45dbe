public import MainspringCore

/// Repeats an operation until it succeeds, within the limits of a policy.
///
/// The error that is thrown is the operation's own last one, unwrapped, so that a `catch` of it goes on working; how many
/// attempts there were, and why there are no more, is told to `observe`. A `CancellationError` is never retried, and a task
/// that is cancelled while it waits throws one at once.
///
/// - Parameters:
///   - policy: Attempts, backoff and cap; five attempts by default. There is always a first one.
///   - time: Measures and waits.
///   - random: For the jitter.
///   - isRetryable: Which errors are worth another attempt; all by default.
///   - deadline: From the call on. An attempt that would begin at or after it does not begin. It does not interrupt an
///     attempt: set a deadline inside the operation for that. None by default.
///   - observe: Called after each failed attempt, before the wait.
///   - operation: Gets the number of the attempt; the first is 1.
public func retry<Output: Sendable>(
    _ policy: RetryPolicy = RetryPolicy(), time: any TimeSource,
    random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
    when isRetryable: @Sendable (any Error) -> Bool = { _ in true }, deadline: Duration? = nil,
    observe: @Sendable (RetryNotice) -> Void = { _ in },
    _ operation: @Sendable @concurrent (_ attempt: Int) async throws -> Output
) async throws -> Output {
    var random = random
    let start = time.monotonic()
    var machine = RetryMachine(policy: policy, deadline: deadline)
    while true {
        do {
            return try await operation(machine.attempts + 1)
        } catch {
            let next = machine.failed(
                isRetryable: !(error is CancellationError) && isRetryable(error),
                after: time.monotonic() - start, using: &random)
            observe(RetryNotice(attempts: machine.attempts, error: error, next: next))
            guard case .wait(let delay) = next else { throw error }
            try await time.sleep(for: delay)
        }
    }
}

/// The operation, wrapped so that each call is a ``retry(_:time:random:when:deadline:observe:_:)`` of its own.
public func retrying<Input: Sendable, Output: Sendable>(
    _ policy: RetryPolicy = RetryPolicy(), time: any TimeSource,
    random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
    when isRetryable: @escaping @Sendable (any Error) -> Bool = { _ in true }, deadline: Duration? = nil,
    observe: @escaping @Sendable (RetryNotice) -> Void = { _ in },
    _ operation: @escaping @Sendable @concurrent (Input) async throws -> Output
) -> @Sendable @concurrent (Input) async throws -> Output {
    { input in
        try await retry(policy, time: time, random: random, when: isRetryable, deadline: deadline, observe: observe) {
            _ in try await operation(input)
        }
    }
}
