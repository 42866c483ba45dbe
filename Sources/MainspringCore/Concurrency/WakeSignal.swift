import Synchronization

/// A flag that one task waits for. Notifications before the wait, or several at once, count as one.
package final class WakeSignal: Sendable {
    private enum State {
        case idle, notified
        case waiting(CheckedContinuation<Void, Never>)
    }

    private let state = Mutex(State.idle)

    package init() {}

    package func notify() {
        let waiter: CheckedContinuation<Void, Never>? = state.withLock { state in
            if case .waiting(let continuation) = state {
                state = .idle
                return continuation
            }
            state = .notified
            return nil
        }
        waiter?.resume()
    }

    /// Returns at the next notification, or at once when the task is cancelled. Only one task may wait.
    package func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = state.withLock { state in
                    if case .notified = state {
                        state = .idle
                        return true
                    }
                    if Task.isCancelled { return true }
                    state = .waiting(continuation)
                    return false
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            notify()
        }
    }
}
