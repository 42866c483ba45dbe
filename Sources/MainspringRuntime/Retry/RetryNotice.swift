/// What an observer of ``retry(_:time:random:when:deadline:observe:_:)`` is told after each failed attempt.
public struct RetryNotice: Sendable {
    public enum Next: Sendable, Hashable {
        /// Another attempt follows after this wait.
        case wait(Duration)
        /// The error is thrown: it was the last attempt.
        case attemptsUsedUp
        /// The error is thrown: the next attempt would begin at or after the deadline.
        case deadline
        /// The error is thrown: it is not one to retry.
        case notRetried
    }

    /// How many attempts failed so far; the first is 1.
    public var attempts: Int
    public var error: any Error
    public var next: Next
}
