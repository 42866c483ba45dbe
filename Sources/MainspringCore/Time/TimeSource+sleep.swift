import Synchronization

extension TimeSource {
    /// Suspends for `duration`; throws `CancellationError` at once when the task is cancelled.
    ///
    /// Built on `schedule`, not on `Task.sleep`: a cancelled `Task.sleep` holds about 2 kB until its original deadline
    /// (swiftlang/swift#60441).
    public func sleep(for duration: Duration) async throws {
        try Task.checkCancellation()
        let sleeper = Sleeper()
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                sleeper.start(continuation) { wake in self.schedule(after: duration, wake) }
            }
        } onCancel: {
            sleeper.finish()
        }
        try Task.checkCancellation()
    }
}

/// Resumes one continuation exactly once: by its timer or by cancellation, whichever comes first.
private final class Sleeper: Sendable {
    private enum State {
        case idle
        case sleeping(CheckedContinuation<Void, Never>, (any ScheduledAction)?)
        case finished
    }

    private let state = Mutex(State.idle)

    func start(
        _ continuation: CheckedContinuation<Void, Never>,
        schedule: (@escaping @Sendable () -> Void) -> any ScheduledAction
    ) {
        let alreadyFinished = state.withLock { state in
            guard case .idle = state else { return true }
            state = .sleeping(continuation, nil)
            return false
        }
        guard !alreadyFinished else { return continuation.resume() }
        let timer = schedule { self.finish() }
        let finishedMeanwhile = state.withLock { state in
            guard case .sleeping(let continuation, _) = state else { return true }
            state = .sleeping(continuation, timer)
            return false
        }
        if finishedMeanwhile { timer.cancel() }
    }

    func finish() {
        let (continuation, timer): (CheckedContinuation<Void, Never>?, (any ScheduledAction)?) = state.withLock {
            state in
            defer { state = .finished }
            guard case .sleeping(let continuation, let timer) = state else { return (nil, nil) }
            return (continuation, timer)
        }
        timer?.cancel()
        continuation?.resume()
    }
}
