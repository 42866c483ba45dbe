/// When a failed job runs again.
public struct RetryPolicy: Sendable, Hashable {
    public enum Backoff: String, Sendable, Hashable, CaseIterable {
        case fixed, linear, exponential
    }

    /// Attempts in all, the first included; 1 means no retry.
    public var maxAttempts: Int
    public var backoff: Backoff
    /// The delay before the second attempt, before jitter.
    public var base: Duration
    /// No delay is longer, jitter included.
    public var cap: Duration

    /// The default is five attempts, exponential from one second, capped at five minutes.
    public init(
        maxAttempts: Int = 5, backoff: Backoff = .exponential, base: Duration = .seconds(1),
        cap: Duration = .seconds(300)
    ) {
        self.maxAttempts = maxAttempts
        self.backoff = backoff
        self.base = base
        self.cap = cap
    }

    /// The delay after `failures` failed attempts (1 or more): half of the backoff for certain, the other half at random,
    /// so that jobs that failed together do not come back together and none comes back at once.
    public func delay(afterFailures failures: Int, using random: inout some RandomNumberGenerator) -> Duration {
        let baseMicros = max(0, base.wholeMicroseconds)
        let capMicros = max(0, cap.wholeMicroseconds)
        let step = max(1, failures)
        let factor: Double =
            switch backoff {
            case .fixed: 1
            case .linear: Double(step)
            case .exponential: Double(sign: .plus, exponent: min(step - 1, 62), significand: 1)
            }
        let uncapped = Double(baseMicros) * factor
        let full = uncapped < Double(capMicros) ? Int64(uncapped) : capMicros
        guard full > 1 else { return .microseconds(full) }
        return .microseconds(full - full / 2 + Int64.random(in: 0...(full / 2), using: &random))
    }
}
