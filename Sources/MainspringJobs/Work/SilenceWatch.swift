import MainspringCore
import Synchronization

/// Stops an attempt that gives no sign of life for too long.
final class SilenceWatch: Sendable {
    private struct State {
        var timer: (any ScheduledAction)?
        var isOver = false
    }

    private let attempt: JobAttempt
    private let limit: Duration
    private let time: any TimeSource
    private let state = Mutex(State())

    init(_ attempt: JobAttempt, limit: Duration, time: any TimeSource) {
        self.attempt = attempt
        self.limit = limit
        self.time = time
        look()
    }

    func cancel() {
        state.withLock { state in
            state.isOver = true
            state.timer?.cancel()
            state.timer = nil
        }
    }

    private func look() {
        let left = attempt.lastSign + limit
        let now = time.monotonic()
        guard left > now else { return attempt.stop(.silent) }
        state.withLock { state in
            guard !state.isOver else { return }
            state.timer = time.schedule(after: left - now) { [weak self] in self?.look() }
        }
    }
}
