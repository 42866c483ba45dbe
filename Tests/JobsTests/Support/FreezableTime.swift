import MainspringCore
import Synchronization

/// The clocks of a process that can be stopped and continued: while it is frozen, its timers that are due wait.
final class FreezableTime: TimeSource {
    private struct State {
        var isFrozen = false
        var nextID = 0
        /// Due while frozen, in order; by number, as one may be cancelled yet.
        var due: [(id: Int, action: @Sendable () -> Void)] = []
    }

    private let inner: any TimeSource
    private let state = Mutex(State())

    init(_ inner: any TimeSource) {
        self.inner = inner
    }

    func now() -> Timestamp { inner.now() }
    func monotonic() -> MonotonicInstant { inner.monotonic() }

    func schedule(after delay: Duration, _ action: @escaping @Sendable () -> Void) -> any ScheduledAction {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let timer = inner.schedule(after: delay) { [self] in
            let waits = state.withLock { state in
                if state.isFrozen { state.due.append((id, action)) }
                return state.isFrozen
            }
            if !waits { action() }
        }
        return Handle(time: self, timer: timer, id: id)
    }

    func freeze() { state.withLock { $0.isFrozen = true } }

    func thaw() {
        let due = state.withLock { state in
            state.isFrozen = false
            defer { state.due = [] }
            return state.due
        }
        for (_, action) in due { action() }
    }

    private struct Handle: ScheduledAction {
        let time: FreezableTime
        let timer: any ScheduledAction
        let id: Int

        func cancel() {
            timer.cancel()
            time.state.withLock { $0.due.removeAll { $0.id == id } }
        }
    }
}
