public import MainspringCore

/// Runs `operation`, cancels it when `limit` has passed, and leaves without it when it does not end within `patience`.
///
/// What is left then is a zombie: a task that still runs, with whatever it holds, listed in `zombies` until it ends. The
/// caller's cancellation is a deadline that has come: the operation is cancelled, and has `patience` to end.
/// ``withDeadline(_:name:time:isolation:operation:)`` waits for the operation instead.
///
/// Returns what the operation returns, even within its patience. Throws what it throws before the deadline; after it a
/// `MainspringError` with the code `timed_out`; a `CancellationError` when the caller was cancelled and left. With a
/// patience of zero every operation that meets its deadline is a zombie, if only for as long as it takes to notice. The
/// operation runs off the caller's actor, in a task called `name`, with the caller's task-local values.
public func withAbandoningDeadline<Value: Sendable>(
    _ limit: Duration, name: String, patience: Duration = .milliseconds(100), zombies: ZombieRegister,
    time: any TimeSource = SystemTime(), isolation: isolated (any Actor)? = #isolation, fileID: String = #fileID,
    line: Int = #line, operation: @escaping @Sendable @concurrent () async throws -> Value
) async throws -> Value {
    let call = AbandoningCall<Value>(
        name: name, site: "\(fileID):\(line)", limit: limit, patience: patience, zombies: zombies, time: time)
    return try await call.value(of: operation)
}
