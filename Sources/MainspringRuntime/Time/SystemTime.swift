import Glibc
public import MainspringCore

/// The real clocks and timers; the only file that reads the clocks.
///
/// The timers of a process share one thread, which no blocked pool holds up. It sleeps until the next deadline, to the
/// millisecond; a timer costs about 100 bytes and what its action holds, until it fires or is cancelled.
public struct SystemTime: TimeSource {
    /// Of all timers of the process, whichever value made them.
    public static var timerStatistics: TimerStatistics { TimerThread.shared.statistics }

    public init() {}

    public func now() -> Timestamp { Self.timestamp(CLOCK_REALTIME) }

    /// The wall clock as of the kernel's last tick, which file systems put down as the time of a change. It lags by some
    /// milliseconds; by more where a virtual machine's processors stand still one by one.
    package static func changeTime() -> Timestamp { timestamp(CLOCK_REALTIME_COARSE) }

    public func monotonic() -> MonotonicInstant { Self.read() }

    public func schedule(after delay: Duration, _ action: @escaping @Sendable () -> Void) -> any ScheduledAction {
        TimerThread.shared.schedule(after: delay, action)
    }

    static func read() -> MonotonicInstant {
        // Also what the timers' alarm runs on.
        let time = read(CLOCK_BOOTTIME)
        return MonotonicInstant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    /// On the clock by which systemd tells an answer from an older one; it stands still while the machine sleeps.
    static func kernelMicroseconds() -> Int64 {
        let time = read(CLOCK_MONOTONIC)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }

    private static func timestamp(_ clock: clockid_t) -> Timestamp {
        let time = read(clock)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }

    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        clock_gettime(clock, &time)
        return time
    }
}
