import Glibc
import MainspringRuntime
import Synchronization

/// Where the end of a node meets the task that waits for it.
final class NodeEnding: Sendable {
    private struct State {
        var ladder: ShutdownLadder?
        var result: ShutdownResult?
        var waiter: CheckedContinuation<ShutdownResult, Never>?
    }

    private let state = Mutex(State())

    func set(_ ladder: ShutdownLadder) {
        state.withLock { $0.ladder = ladder }
    }

    /// A supervisor that gave up: the node goes on without it, or ends with it.
    func exhausted(_ exhaustion: SupervisionPolicy.Exhaustion, reason: String) {
        if exhaustion == .escalate { stop(.failure(reason)) }
    }

    func stop(_ cause: ShutdownCause) {
        state.withLock { $0.ladder }?.stop(cause)
    }

    func drained() {
        state.withLock { $0.ladder }?.jobsDrained()
    }

    /// Called on the ladder's own thread. When the waiting task does not take the result, because the pool's threads are
    /// blocked, this thread ends the process itself.
    func finish(_ result: ShutdownResult) {
        let waiter = state.withLock { state in
            defer { state.waiter = nil }
            state.result = result
            return state.waiter
        }
        waiter?.resume(returning: result)
        usleep(1_000_000)
        _exit(result.exitCode)
    }

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
