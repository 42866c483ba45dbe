/// What follows a failed attempt.
public enum JobRetry: Sendable, Hashable {
    /// The kind's retry policy decides.
    case byPolicy
    /// Another attempt after this long, while the policy has one left.
    case after(Duration)
    /// No other attempt: the job is discarded.
    case never
}
