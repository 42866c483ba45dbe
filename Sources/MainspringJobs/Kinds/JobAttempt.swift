public import MainspringCore
import Synchronization

/// One attempt as its executor sees it.
public final class JobAttempt: Sendable {
    public enum StopReason: Sendable, Hashable {
        case timeout, cancelRequested, shutdown
        /// The store gave the job to another owner: this attempt can no longer write its end.
        case leaseLost
        /// It gave no sign of life for longer than its kind allows.
        case silent
        /// The job's deadline came while it ran.
        case deadline
    }

    /// How much time is left to end by itself.
    public enum Urgency: Sendable, Hashable {
        /// Stop in order.
        case stop
        /// The node's patience is over: end at once, by force.
        case kill
    }

    private struct State {
        var reason: StopReason?
        var isKilled = false
        var hasEnded = false
        /// Its end is written, or will be: by the executor's return, or without it.
        var isSettled = false
        var lastSign: MonotonicInstant
        var handler: (@Sendable (Urgency) -> Void)?
        var stopHook: (@Sendable () -> Void)?
        var patience: (any ScheduledAction)?
        var output: (@Sendable () -> AttemptOutput)?
    }

    public let lease: Lease
    public let startedAt: Timestamp
    private let state: Mutex<State>
    private let reporting: Reporting

    /// What the attempt may use to tell the store of itself.
    final class Reporting: Sendable {
        let time: any TimeSource
        /// Takes what is told; soon it is written.
        let report: @Sendable (JobAttempt, AttemptReport) -> Void

        init(time: any TimeSource, report: @escaping @Sendable (JobAttempt, AttemptReport) -> Void) {
            self.time = time
            self.report = report
        }
    }

    init(lease: Lease, startedAt: Timestamp, instant: MonotonicInstant, reporting: Reporting) {
        self.lease = lease
        self.startedAt = startedAt
        self.reporting = reporting
        state = Mutex(State(lastSign: instant))
    }

    /// For an attempt outside of an engine, as tests of executors run them; what it reports goes nowhere.
    package convenience init(lease: Lease, startedAt: Timestamp, time: any TimeSource) {
        self.init(
            lease: lease, startedAt: startedAt, instant: time.monotonic(), reporting: Reporting(time: time) { _, _ in })
    }

    // MARK: Signs of life

    /// Says that the attempt lives and, unless nil, how far it is; the store learns of it soon. Nothing happens once the
    /// attempt has ended.
    public func report(_ progress: JobProgress? = nil) {
        let isOver = state.withLock { state in
            state.lastSign = reporting.time.monotonic()
            return state.isSettled
        }
        guard !isOver else { return }
        reporting.report(self, AttemptReport(id: lease.job.id, token: lease.token, progress: progress))
    }

    /// A sign of life that came another way, and is in the store already.
    func sawSign() {
        state.withLock { $0.lastSign = reporting.time.monotonic() }
    }

    var lastSign: MonotonicInstant { state.withLock { $0.lastSign } }

    // MARK: The end

    public var stopReason: StopReason? { state.withLock { $0.reason } }

    /// Sets what is called when the attempt shall end: at most once for each urgency, on any thread, in either order; at
    /// once if that was asked already. It is not called for a request that comes after the executor has returned. The
    /// handler must not block.
    public func onStop(_ handler: @escaping @Sendable (Urgency) -> Void) {
        let (stopped, killed) = state.withLock { state in
            guard !state.hasEnded else { return (false, false) }
            state.handler = handler
            return (state.reason != nil, state.isKilled)
        }
        if stopped { handler(.stop) }
        if killed { handler(.kill) }
    }

    /// Gives readers of a running job's logs what it wrote so far.
    public func onReadOutput(_ read: @escaping @Sendable () -> AttemptOutput) {
        state.withLock { $0.output = read }
    }

    /// What the attempt wrote so far; nil before it can tell.
    public func currentOutput() -> AttemptOutput? {
        state.withLock { $0.output }?()
    }

    /// Asks the attempt to end; the first reason stays.
    func stop(_ reason: StopReason) {
        let (handler, hook): ((@Sendable (Urgency) -> Void)?, (@Sendable () -> Void)?) = state.withLock { state in
            guard state.reason == nil else { return (nil, nil) }
            state.reason = reason
            return (state.handler, state.stopHook)
        }
        // First, as the handler is somebody else's.
        hook?()
        handler?(.stop)
    }

    /// Sets what is called when a stop is asked for, once; at once if it was.
    func whenStopped(_ hook: @escaping @Sendable () -> Void) {
        let isStopped = state.withLock { state in
            state.stopHook = hook
            return state.reason != nil
        }
        if isStopped { hook() }
    }

    /// The timer that gives up on it; cancelled when it has ended.
    func keep(_ timer: any ScheduledAction) {
        let isLate = state.withLock { state in
            if !state.hasEnded { state.patience = timer }
            return state.hasEnded
        }
        if isLate { timer.cancel() }
    }

    /// True for the first caller, which then writes the attempt's end; nobody else may.
    func takeEnd() -> Bool {
        state.withLock { state in
            defer { state.isSettled = true }
            return !state.isSettled
        }
    }

    /// Its end is written, or on its way.
    var isSettled: Bool { state.withLock { $0.isSettled } }

    /// Its end was written without it, and it still runs: a zombie, which can no longer write.
    public var isZombie: Bool { state.withLock { $0.isSettled && !$0.hasEnded } }

    /// The executor has returned: what it started is gone, and its pid may be another's by now. Answers why the attempt was asked
    /// to end, and whether its end is the caller's to write, as by ``takeEnd()``.
    func finish() -> (stopReason: StopReason?, isMine: Bool) {
        state.withLock { state in
            defer { state.isSettled = true }
            state.patience?.cancel()
            state.patience = nil
            state.hasEnded = true
            state.handler = nil
            state.stopHook = nil
            return (state.reason, !state.isSettled)
        }
    }

    func kill() {
        stop(.shutdown)
        let handler: (@Sendable (Urgency) -> Void)? = state.withLock { state in
            guard !state.isKilled else { return nil }
            state.isKilled = true
            return state.handler
        }
        handler?(.kill)
    }
}
