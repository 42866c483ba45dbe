import Synchronization

/// A result that arrives once and that one task waits for; later results are dropped.
///
/// Whoever may have to give up waiting resolves it itself.
final class OneShot<Value: Sendable>: Sendable {
    private enum State {
        case empty
        case waiting(CheckedContinuation<Value, any Error>)
        case resolved(Result<Value, any Error>)
        case taken
    }

    private let state = Mutex(State.empty)

    /// From any thread.
    func resolve(_ result: Result<Value, any Error>) {
        let waiter: CheckedContinuation<Value, any Error>? = state.withLock { state in
            switch state {
            case .empty: state = .resolved(result)
            case .waiting(let continuation):
                state = .taken
                return continuation
            case .resolved, .taken: break
            }
            return nil
        }
        waiter?.resume(with: result)
    }

    /// Not cut by the task's cancellation; call it once. The caller comes back where it was.
    func value(isolation: isolated (any Actor)? = #isolation) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let result: Result<Value, any Error>? = state.withLock { state in
                guard case .resolved(let result) = state else {
                    state = .waiting(continuation)
                    return nil
                }
                state = .taken
                return result
            }
            if let result { continuation.resume(with: result) }
        }
    }
}
