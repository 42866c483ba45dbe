public import MainspringCore
import Synchronization

/// One attempt as its executor sees it.
public final class JobAttempt: Sendable {
    public enum StopReason: Sendable, Hashable {
        case timeout, cancelRequested, shutdown
        /// The store gave the job to another owner: this attempt can no longer write its end.
        case leaseLost
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
        var handler: (@Sendable (Urgency) -> Void)?
        var output: (@Sendable () -> AttemptOutput)?
    }

    public let lease: Lease
    public let startedAt: Timestamp
    private let state = Mutex(State())

    public init(lease: Lease, startedAt: Timestamp) {
        self.lease = lease
        self.startedAt = startedAt
    }

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
        let handler: (@Sendable (Urgency) -> Void)? = state.withLock { state in
            guard state.reason == nil else { return nil }
            state.reason = reason
            return state.handler
        }
        handler?(.stop)
    }

    /// The executor has returned: what it started is gone, and its pid may be another's by now.
    func hasEnded() {
        state.withLock { state in
            state.hasEnded = true
            state.handler = nil
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
