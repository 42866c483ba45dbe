import Dispatch
import Glibc
public import MainspringCore

/// The real clocks and timers; the only file that reads them.
///
/// Timers fire on one private dispatch queue, which has a thread even while every thread of the Swift concurrency pool is
/// blocked.
public struct SystemTime: TimeSource {
    private let queue = DispatchQueue(label: "mainspring.timers", qos: .userInitiated)

    public init() {}

    public func now() -> Timestamp {
        let time = Self.read(CLOCK_REALTIME)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }

    public func monotonic() -> MonotonicInstant {
        let time = Self.read(CLOCK_BOOTTIME)
        return MonotonicInstant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    public func schedule(after delay: Duration, _ action: @escaping @Sendable () -> Void) -> any ScheduledAction {
        let timer = DispatchSource.makeTimerSource(queue: queue)
        // A century is for ever, and stays clear of the dispatch library's overflow.
        let nanoseconds = min(max(0, delay.wholeMicroseconds), 3_155_760_000_000_000) * 1000
        timer.schedule(deadline: .now() + .nanoseconds(Int(nanoseconds)), leeway: .nanoseconds(0))
        timer.setEventHandler {
            action()
            timer.cancel()
        }
        timer.activate()
        return Timer(source: timer)
    }

    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        clock_gettime(clock, &time)
        return time
    }

    /// Unchecked: a dispatch source may be cancelled from any thread, but its type does not say so.
    private struct Timer: ScheduledAction, @unchecked Sendable {
        let source: any DispatchSourceTimer
        func cancel() { source.cancel() }
    }
}
