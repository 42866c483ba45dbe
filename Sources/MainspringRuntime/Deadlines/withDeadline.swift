public import MainspringCore
import Synchronization

/// Runs `operation`, cancels it when `limit` has passed, and waits for it to end: nothing is left behind.
///
/// The operation runs in a task of its own, on the caller's actor if there is one, with the caller's task-local values; it
/// need not be sendable. Cancelling the caller cancels it too. An operation that ignores cancellation holds the call for as
/// long as it likes: ``withAbandoningDeadline(_:name:patience:zombies:time:isolation:fileID:line:operation:)`` does not wait.
///
/// Returns what the operation returns, even when it is late: work that is done is not thrown away. Throws what it throws
/// before the deadline, and after it a `MainspringError` with the code `timed_out`, whose cause is the operation's error
/// unless that is a `CancellationError`. A limit of zero or less cancels at once; the operation still starts.
///
/// `name` is the task's name and the error's subject.
public func withDeadline<Value: Sendable>(
    _ limit: Duration, name: String = "the operation", time: any TimeSource = SystemTime(),
    isolation: isolated (any Actor)? = #isolation, operation: () async throws -> Value
) async throws -> Value {
    try await withoutActuallyEscaping(operation) { operation in
        // Not a child in a task group: a group is cancelled by the task that awaits it, which needs a thread of the pool.
        let task = Task(name: name) {
            // Named here, the closure is isolated to it.
            _ = isolation
            return try await operation()
        }
        let hasPassed = Flag()
        let timer = time.schedule(after: limit) {
            hasPassed.raise()
            AbandonableLane.cancelling.run { task.cancel() }
        }
        let result = await withTaskCancellationHandler {
            await task.result
        } onCancel: {
            task.cancel()
        }
        timer.cancel()
        guard hasPassed.isRaised, case .failure(let error) = result else { return try result.get() }
        throw MainspringError.timedOut(name, limit: limit, cause: error)
    }
}

private final class Flag: Sendable {
    private let state = Atomic(false)
    var isRaised: Bool { state.load(ordering: .acquiring) }
    func raise() { state.store(true, ordering: .releasing) }
}
