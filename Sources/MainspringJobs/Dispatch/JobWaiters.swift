import MainspringCore
import Synchronization

/// Callers that wait for the end of a job.
final class JobWaiters: EventSink {
    private typealias Waiter = @Sendable () -> Void

    private struct State {
        var nextID = 0
        var waiters: [JobID: [Int: Waiter]] = [:]
    }

    private let state = Mutex(State())

    func emit(_ event: MainspringEvent) {
        guard case .job(let event) = event else { return }
        switch event {
        case .settled(let settlement, _) where settlement.nextState.isFinal: finish(settlement.id)
        case .cancelled(let id, _, _): finish(id)
        default: break
        }
    }

    /// Calls `onFinal` once when the job ends; the answer removes the waiter.
    func add(_ id: JobID, onFinal: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
        let number = state.withLock { state in
            state.nextID += 1
            state.waiters[id, default: [:]][state.nextID] = onFinal
            return state.nextID
        }
        return { [self] in
            state.withLock { state in
                state.waiters[id]?[number] = nil
                if state.waiters[id]?.isEmpty == true { state.waiters[id] = nil }
            }
        }
    }

    private func finish(_ id: JobID) {
        let waiters = state.withLock { $0.waiters.removeValue(forKey: id) }
        for waiter in waiters?.values ?? [:].values { waiter() }
    }
}
