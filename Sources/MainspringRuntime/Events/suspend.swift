/// Suspends until the parked continuation is resumed, without a gap for a cancellation to fall into: one that comes before
/// the parking is told to `park`, one that comes later calls `onCancel`, which finds the continuation parked.
///
/// `park` and `onCancel` take the same lock. Resumes on the caller's actor.
func suspend<Value: Sendable>(
    isolation: isolated (any Actor)?,
    park: (_ continuation: CheckedContinuation<Value, Never>, _ isCancelled: Bool) -> Void,
    onCancel: @Sendable () -> Void
) async -> Value {
    await withTaskCancellationHandler {
        await withCheckedContinuation { park($0, Task.isCancelled) }
    } onCancel: {
        onCancel()
    }
}
