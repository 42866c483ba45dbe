import Synchronization

/// Hands claimed attempts to the workers of one queue. It never holds more than the queue has workers, because only free
/// slots are claimed.
///
/// A worker that finds an attempt takes it without being suspended. Of the idle ones one at a time is woken, and wakes the
/// next when it still finds work for it: short jobs are done by the time that a second worker would run.
final class LeaseChannel: Sendable {
    private typealias Idle = CheckedContinuation<Bool, Never>

    private struct State {
        /// The next one is the last.
        var attempts: [JobAttempt] = []
        var idle: [Idle] = []
        /// A woken worker has not looked yet.
        var isWaking = false
        var isClosed = false

        mutating func wake() -> Idle? {
            guard !attempts.isEmpty, !isWaking, let worker = idle.popLast() else { return nil }
            isWaking = true
            return worker
        }
    }

    private let state = Mutex(State())

    func send(_ attempts: [JobAttempt]) {
        let worker = state.withLock { state in
            state.attempts.insert(contentsOf: attempts.reversed(), at: 0)
            return state.wake()
        }
        worker?.resume(returning: true)
    }

    /// Nil once the channel is closed and empty. `beforeIdle` is called when there is none.
    func next(beforeIdle: () -> Void) async -> JobAttempt? {
        var wasIdle = false
        while true {
            let (attempt, worker, isOver) = state.withLock { state in
                if wasIdle { state.isWaking = false }
                let attempt = state.attempts.popLast()
                return (attempt, state.wake(), state.isClosed)
            }
            worker?.resume(returning: true)
            if let attempt { return attempt }
            beforeIdle()
            if isOver { return nil }
            wasIdle = await idle()
        }
    }

    /// True when it was woken for work.
    private func idle() async -> Bool {
        await withCheckedContinuation { continuation in
            let goesOn = state.withLock { state in
                let goesOn = !state.attempts.isEmpty || state.isClosed
                if !goesOn { state.idle.append(continuation) }
                return goesOn
            }
            if goesOn { continuation.resume(returning: false) }
        }
    }

    func close() {
        let workers = state.withLock { state in
            defer { state.idle = [] }
            state.isClosed = true
            return state.idle
        }
        for worker in workers { worker.resume(returning: false) }
    }
}
