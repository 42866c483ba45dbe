import Glibc
import MainspringRuntime
import Synchronization

/// Where the end of a node meets the task that waits for it.
final class NodeEnding: Sendable {
    private struct State {
        var ladder: ShutdownLadder?
        /// Asked for before there was a ladder.
        var cause: ShutdownCause?
        var result: ShutdownResult?
        var waiter: CheckedContinuation<ShutdownResult, Never>?
        var isOver = false
    }

    private let state = Mutex(State())
    private let mayExit: Bool

    /// Unless it `mayExit`, the process is somebody else's.
    init(mayExit: Bool) {
        self.mayExit = mayExit
    }

    func set(_ ladder: ShutdownLadder) {
        let cause = state.withLock { state in
            state.ladder = ladder
            return state.cause
        }
        if let cause { ladder.stop(cause) }
    }

    /// A supervisor that gave up: the node goes on without it, or ends with it.
    func exhausted(_ exhaustion: SupervisionPolicy.Exhaustion, reason: String) {
        if exhaustion == .escalate { stop(.failure(reason)) }
    }

    func stop(_ cause: ShutdownCause) {
        let ladder = state.withLock { state in
            state.cause = state.cause ?? cause
            return state.ladder
        }
        ladder?.stop(cause)
    }

    func drained() {
        state.withLock { $0.ladder }?.jobsDrained()
    }

    /// Called on the ladder's own thread. When nobody says in time that the end has arrived, because threads are blocked,
    /// this one ends the process itself.
    func finish(_ result: ShutdownResult) {
        let waiter = state.withLock { state in
            defer { state.waiter = nil }
            state.result = result
            return state.waiter
        }
        waiter?.resume(returning: result)
        guard mayExit else { return }
        usleep(1_000_000)
        if !state.withLock({ $0.isOver }) { _exit(result.exitCode) }
    }

    /// Whoever runs the node has its result, where it waited for it.
    func hasArrived() { state.withLock { $0.isOver = true } }

    func result() async -> ShutdownResult {
        await withCheckedContinuation { continuation in
            let result: ShutdownResult? = state.withLock { state in
                if state.result == nil { state.waiter = continuation }
                return state.result
            }
            if let result { continuation.resume(returning: result) }
        }
    }
}
