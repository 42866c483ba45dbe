/// Wall time, monotonic time and timers, injected wherever time matters.
///
/// The real one is `SystemTime` (`MainspringRuntime`); tests use `ManualTime` (`MainspringTesting`), whose clock moves only
/// when told.
public protocol TimeSource: Sendable {
    /// The wall clock. It may jump; use it for what is shown or stored, never to measure.
    func now() -> Timestamp

    /// Nanoseconds that never go back, from an arbitrary start. It goes on while the machine sleeps.
    func monotonic() -> MonotonicInstant

    /// Runs `action` once, `delay` from now, on a thread that Swift concurrency cannot block.
    ///
    /// `action` must be short and must not block: all timers share the thread. A delay of zero or less runs at once, still on
    /// that thread. A cancelled timer frees its memory when it is cancelled, not at its deadline.
    func schedule(after delay: Duration, _ action: @escaping @Sendable () -> Void) -> any ScheduledAction
}

/// A timer that has not fired yet.
public protocol ScheduledAction: Sendable {
    /// Stops the timer; nothing happens when it has fired already.
    func cancel()
}

/// A point on the monotonic clock of one process; it means nothing to another.
public struct MonotonicInstant: Sendable, Hashable, Comparable {
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    public static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }

    public static func - (left: Self, right: Self) -> Duration { .nanoseconds(left.nanoseconds - right.nanoseconds) }

    public static func + (instant: Self, duration: Duration) -> Self {
        let micros = duration.wholeMicroseconds
        guard abs(micros) < Int64.max / 2000 else { return Self(nanoseconds: micros < 0 ? .min / 2 : .max / 2) }
        let (seconds, attoseconds) = duration.components
        return Self(nanoseconds: instant.nanoseconds + seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
