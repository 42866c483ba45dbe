/// When a failed job runs again.
public struct RetryPolicy: Sendable, Hashable {
    public enum Backoff: Sendable, Hashable {
        case fixed, linear, exponential
        /// The delay after the first failure, the second, and so on; the last one stays.
        case custom([Duration])

        /// The forms that have a name.
        public enum Name: String, Sendable, Hashable, CaseIterable {
            case fixed, linear, exponential
        }

        public init(_ name: Name) {
            switch name {
            case .fixed: self = .fixed
            case .linear: self = .linear
            case .exponential: self = .exponential
            }
        }
    }

    /// How much of a delay is left to chance, so that jobs that failed together do not come back together.
    public enum Jitter: String, Sendable, Hashable, CaseIterable {
        case none
        /// Half of the delay for certain, so that none comes back at once.
        case half
        /// All of it.
        case full
    }

    /// Attempts in all, the first included; 1 means no retry.
    public var maxAttempts: Int
    public var backoff: Backoff
    /// The delay before the second attempt, before jitter; unused by ``Backoff/custom(_:)``.
    public var base: Duration
    /// No delay is longer, jitter included.
    public var cap: Duration
    public var jitter: Jitter
    /// Codes of ``JobFailure`` that are tried again; nil: all.
    public var only: Set<String>?
    /// Codes that are not tried again: such a failure discards the job.
    public var never: Set<String>

    /// The default is five attempts, exponential from one second, capped at five minutes, with half of it left to chance.
    public init(
        maxAttempts: Int = 5, backoff: Backoff = .exponential, base: Duration = .seconds(1),
        cap: Duration = .seconds(300), jitter: Jitter = .half, only: Set<String>? = nil, never: Set<String> = []
    ) {
        self.maxAttempts = maxAttempts
        self.backoff = backoff
        self.base = base
        self.cap = cap
        self.jitter = jitter
        self.only = only
        self.never = never
    }

    public func retries(_ failure: JobFailure) -> Bool {
        !never.contains(failure.code) && only?.contains(failure.code) ?? true
    }

    /// The delay after `failures` failed attempts (1 or more).
    public func delay(afterFailures failures: Int, using random: inout some RandomNumberGenerator) -> Duration {
        let capMicros = max(0, cap.wholeMicroseconds)
        let uncapped = backoff.micros(afterFailures: max(1, failures), base: max(0, base.wholeMicroseconds))
        let full = uncapped < Double(capMicros) ? Int64(uncapped) : capMicros
        let chance: Int64 =
            switch jitter {
            case .none: 0
            case .half: full / 2
            case .full: full
            }
        guard chance > 0 else { return .microseconds(full) }
        return .microseconds(full - chance + Int64.random(in: 0...chance, using: &random))
    }
}

extension RetryPolicy.Backoff {
    fileprivate func micros(afterFailures failures: Int, base: Int64) -> Double {
        switch self {
        case .fixed: Double(base)
        case .linear: Double(base) * Double(failures)
        case .exponential: Double(base) * Double(sign: .plus, exponent: min(failures - 1, 62), significand: 1)
        case .custom(let delays):
            Double(delays.isEmpty ? 0 : max(0, delays[min(failures, delays.count) - 1].wholeMicroseconds))
        }
    }
}
