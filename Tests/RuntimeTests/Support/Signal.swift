import Synchronization

/// A moment that a test waits for; it stays reached.
final class Signal: Sendable {
    private struct State {
        var isReached = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    var isReached: Bool { state.withLock { $0.isReached } }

    func notify() {
        let waiters = state.withLock { state in
            state.isReached = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    @concurrent func wait() async {
        await withCheckedContinuation { continuation in
            let isReached = state.withLock { state in
                if !state.isReached { state.waiters.append(continuation) }
                return state.isReached
            }
            if isReached { continuation.resume() }
        }
    }
}

/// What happened, in order.
final class Log: Sendable {
    private let stored = Mutex<[Int]>([])
    var values: [Int] { stored.withLock { $0 } }
    func append(_ value: Int) { stored.withLock { $0.append(value) } }
}

/// Yields until it holds: for what follows from an event on another thread without a moment of its own.
@concurrent func until(_ holds: @Sendable () -> Bool) async {
    while !holds() { await Task.yield() }
}
