/// Thrown by a job that cannot be done now: it waits, and no attempt is used.
///
/// A job may snooze 100 times; after that it counts as a failure.
public struct JobSnooze: Error, Sendable, Hashable {
    /// Nil: as long as the retry policy says.
    public var delay: Duration?

    public init(for delay: Duration? = nil) {
        self.delay = delay
    }
}
