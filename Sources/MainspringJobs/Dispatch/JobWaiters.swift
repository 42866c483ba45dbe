import MainspringCore
import Synchronization

/// Callers that wait for the end of a job; each looks again whenever an attempt of it was settled.
///
/// Whenever, not only at a final state: a job whose cancel was requested meanwhile is `cancelled` by the store where its
/// settlement would have it wait.
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
        case .settled(let settlement, _): tell(settlement.id)
        case .cancelled(let id, _, _), .rescued(let id, _, _, _): tell(id)
        default: break
        }
    }

    /// Calls `onChange` each time that the job may have ended; the answer removes the waiter.
    func add(_ id: JobID, onChange: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
        let number = state.withLock { state in
            state.nextID += 1
            state.waiters[id, default: [:]][state.nextID] = onChange
            return state.nextID
        }
        return { [self] in
            state.withLock { state in
                state.waiters[id]?[number] = nil
                if state.waiters[id]?.isEmpty == true { state.waiters[id] = nil }
            }
        }
    }

    /// Somebody else ended jobs, and it is not known which.
    func tellAll() {
        let waiters = state.withLock { $0.waiters.values.flatMap(\.values) }
        for waiter in waiters { waiter() }
    }

    private func tell(_ id: JobID) {
        let waiters = state.withLock { $0.waiters[id] }
        for waiter in waiters?.values ?? [:].values { waiter() }
    }
}
