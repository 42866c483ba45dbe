internal import CMainspringSpawn
import Glibc
import MainspringCore
import Synchronization

/// The thread on which every timer of the process fires, `mspr-timers`; it sleeps until the next deadline.
final class TimerThread: Sendable {
    static let shared = TimerThread()

    private struct State: ~Copyable {
        var heap = TimerHeap()
        /// When the thread wakes by itself: for ever without a timer, at once while it is awake.
        var wakesAt = MonotonicInstant.never
        var statistics = TimerStatistics()
    }

    private struct Timer: ScheduledAction {
        let thread: TimerThread
        let entry: TimerHeap.Entry
        func cancel() { thread.cancel(entry) }
    }

    private let state = Mutex(State())
    private let alarm: Int32

    init() {
        alarm = mspr_timer_open()
        // Without timers nothing works, and this is the first.
        precondition(alarm >= 0, "cannot make a timer: \(SystemError.words(errno))")
        precondition(RawThread.start("mspr-timers") { self.run() }, "cannot create a thread")
    }

    var statistics: TimerStatistics {
        state.withLock { state in
            var statistics = state.statistics
            statistics.pending = state.heap.count
            if let next = state.heap.nextDeadline { statistics.note(SystemTime.read() - next) }
            return statistics
        }
    }

    func schedule(after delay: Duration, _ action: @escaping @Sendable () -> Void) -> any ScheduledAction {
        let deadline = SystemTime.read() + max(.zero, delay)
        let entry = state.withLock { state in
            let entry = state.heap.insert(at: deadline, action)
            if deadline < state.wakesAt {
                state.wakesAt = deadline
                mspr_timer_set(alarm, deadline.nanoseconds)
            }
            return entry
        }
        return Timer(thread: self, entry: entry)
    }

    /// The alarm stays as it is: the thread wakes once for nothing rather than each cancellation making a system call.
    private func cancel(_ entry: TimerHeap.Entry) {
        _ = state.withLock { $0.heap.remove(entry) }
    }

    private func run() {
        while true {
            mspr_timer_wait(alarm)
            state.withLock { state in
                state.statistics.wakes += 1
                state.wakesAt = .passed
            }
            while let action = next() { action() }
        }
    }

    /// One at a time, so that an action can still cancel the timer after it.
    private func next() -> (@Sendable () -> Void)? {
        let now = SystemTime.read()
        return state.withLock { state in
            if let due = state.heap.popDue(at: now) {
                state.statistics.fired += 1
                state.statistics.note(now - due.deadline)
                return due.action
            }
            state.wakesAt = state.heap.nextDeadline ?? .never
            if let next = state.heap.nextDeadline { mspr_timer_set(alarm, next.nanoseconds) }
            return nil
        }
    }
}

extension MonotonicInstant {
    fileprivate static let passed = Self(nanoseconds: .min)
    fileprivate static let never = Self(nanoseconds: .max)
}
