import MainspringCore

/// Whether a failed attempt is followed by another one, and when.
struct RetryMachine: Sendable {
    let policy: RetryPolicy
    /// From the first attempt on; nil is none.
    let deadline: Duration?
    private(set) var attempts = 0

    init(policy: RetryPolicy, deadline: Duration?) {
        self.policy = policy
        self.deadline = deadline
    }

    mutating func failed(
        isRetryable: Bool, after elapsed: Duration, using random: inout some RandomNumberGenerator
    ) -> RetryNotice.Next {
        attempts += 1
        guard isRetryable else { return .notRetried }
        guard attempts < policy.maxAttempts else { return .attemptsUsedUp }
        let delay = policy.delay(afterFailures: attempts, using: &random)
        if let deadline, elapsed + delay >= deadline { return .deadline }
        return .wait(delay)
    }
}
