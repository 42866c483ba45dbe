import MainspringCore
import Synchronization

/// Waits for an answer only so long. What was begun goes on, and its end is dropped.
struct SoftDeadline: Sendable {
    let time: any TimeSource
    /// Runs a task that nobody waits for.
    let begin: @Sendable (@escaping @Sendable () async -> Void) -> Void

    /// Nil when it took longer.
    @concurrent func answer<Value: Sendable>(
        within limit: Duration, of body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value? {
        let race = Race<Value>()
        return try await withCheckedThrowingContinuation { continuation in
            race.start(continuation, timer: time.schedule(after: limit) { race.finish(.success(nil)) })
            begin {
                do { race.finish(.success(try await body())) } catch { race.finish(.failure(error)) }
            }
        }
    }
}

/// Resumes one continuation once, with what comes first.
private final class Race<Value: Sendable>: Sendable {
    private enum State {
        case open
        case waiting(CheckedContinuation<Value?, any Error>, any ScheduledAction)
        case over(Result<Value?, any Error>?)
    }

    private let state = Mutex(State.open)

    func start(_ continuation: CheckedContinuation<Value?, any Error>, timer: any ScheduledAction) {
        let early: Result<Value?, any Error>? = state.withLock { state in
            if case .over(let result) = state { return result }
            state = .waiting(continuation, timer)
            return nil
        }
        guard let early else { return }
        timer.cancel()
        continuation.resume(with: early)
    }

    func finish(_ result: Result<Value?, any Error>) {
        let waiting: (CheckedContinuation<Value?, any Error>, any ScheduledAction)? = state.withLock { state in
            switch state {
            case .open:
                state = .over(result)
                return nil
            case .waiting(let continuation, let timer):
                state = .over(nil)
                return (continuation, timer)
            case .over: return nil
            }
        }
        guard let (continuation, timer) = waiting else { return }
        timer.cancel()
        continuation.resume(with: result)
    }
}
