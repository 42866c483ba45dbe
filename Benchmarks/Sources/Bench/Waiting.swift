import MainspringCore
import Synchronization

/// One waiter, woken once.
final class OneTime: Sendable {
    private enum State {
        case idle, fired
        case waiting(CheckedContinuation<Void, Never>)
    }

    private let state = Mutex(State.idle)

    func fire() {
        let waiter: CheckedContinuation<Void, Never>? = state.withLock { state in
            defer { state = .fired }
            if case .waiting(let continuation) = state { return continuation }
            return nil
        }
        waiter?.resume()
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isFired = state.withLock { state in
                if case .fired = state { return true }
                state = .waiting(continuation)
                return false
            }
            if isFired { continuation.resume() }
        }
    }
}

/// Waits until so many jobs have started.
final class Started: EventSink {
    private let state = Mutex<(count: Int, wanted: Int)>((0, .max))
    private let signal = OneTime()

    func emit(_ event: MainspringEvent) {
        guard case .job(.started) = event else { return }
        let isThere = state.withLock { state in
            state.count += 1
            return state.count == state.wanted
        }
        if isThere { signal.fire() }
    }

    func reach(_ count: Int) async {
        let isThere = state.withLock { state in
            state.wanted = count
            return state.count >= count
        }
        if !isThere { await signal.wait() }
    }
}
