import MainspringCore

extension RestartBackoff {
    /// The wait after `failures` failures in a row (1 or more): half of the backoff for certain, the other half at random.
    func delay(afterFailures failures: Int, using random: inout some RandomNumberGenerator) -> Duration {
        // The arithmetic is that of a job's retry; when it applies is a rule of its own.
        RetryPolicy(maxAttempts: .max, backoff: .exponential, base: base, cap: cap)
            .delay(afterFailures: failures, using: &random)
    }
}
