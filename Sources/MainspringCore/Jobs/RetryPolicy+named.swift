extension RetryPolicy {
    /// One attempt, and no other.
    public static let none = RetryPolicy(maxAttempts: 1)

    /// The delay doubles with each failure, from `base` to `cap`. `max` counts the first attempt too.
    public static func exponential(
        max: Int = 5, base: Duration = .seconds(1), cap: Duration = .seconds(300), jitter: Jitter = .half,
        only: Set<String>? = nil, never: Set<String> = []
    ) -> RetryPolicy {
        RetryPolicy(
            maxAttempts: max, backoff: .exponential, base: base, cap: cap, jitter: jitter, only: only, never: never)
    }

    /// The delay grows by `base` with each failure, up to `cap`. `max` counts the first attempt too.
    public static func linear(
        max: Int = 5, base: Duration = .seconds(1), cap: Duration = .seconds(300), jitter: Jitter = .half,
        only: Set<String>? = nil, never: Set<String> = []
    ) -> RetryPolicy {
        RetryPolicy(maxAttempts: max, backoff: .linear, base: base, cap: cap, jitter: jitter, only: only, never: never)
    }

    /// The same delay after each failure. `max` counts the first attempt too.
    public static func fixed(
        max: Int = 5, delay: Duration = .seconds(1), jitter: Jitter = .half, only: Set<String>? = nil,
        never: Set<String> = []
    ) -> RetryPolicy {
        RetryPolicy(
            maxAttempts: max, backoff: .fixed, base: delay, cap: delay, jitter: jitter, only: only, never: never)
    }

    /// These delays, one after each failure: one attempt more than there are delays. They are taken as they are, without
    /// jitter, unless one is given.
    public static func custom(
        _ delays: [Duration], jitter: Jitter = .none, only: Set<String>? = nil, never: Set<String> = []
    ) -> RetryPolicy {
        RetryPolicy(
            maxAttempts: delays.count + 1, backoff: .custom(delays), cap: delays.max() ?? .zero, jitter: jitter,
            only: only, never: never)
    }
}
