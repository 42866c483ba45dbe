import Synchronization

/// Hands claimed attempts to the workers of one queue. It never holds more than the queue has workers, because only free
/// slots are claimed.
final class LeaseChannel: Sendable {
    private struct State {
        var attempts: [JobAttempt] = []
        var workers: [CheckedContinuation<JobAttempt?, Never>] = []
        var isClosed = false
    }

    private let state = Mutex(State())

    func send(_ attempt: JobAttempt) {
        let worker: CheckedContinuation<JobAttempt?, Never>? = state.withLock { state in
            if let worker = state.workers.popLast() { return worker }
            state.attempts.append(attempt)
            return nil
        }
        worker?.resume(returning: attempt)
    }

    /// Nil once the channel is closed and empty.
    func next() async -> JobAttempt? {
        await withCheckedContinuation { continuation in
            let answer: JobAttempt?? = state.withLock { state in
                if !state.attempts.isEmpty { return .some(state.attempts.removeFirst()) }
                if state.isClosed { return .some(nil) }
                state.workers.append(continuation)
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    func close() {
        let workers = state.withLock { state in
            defer { state.workers = [] }
            state.isClosed = true
            return state.workers
        }
        for worker in workers { worker.resume(returning: nil) }
    }
}
