import MainspringCore
import Synchronization

/// Stops attempts whose time is over.
///
/// A timer for each would cost as much as a short job does. So the attempts that begin within a few milliseconds share one;
/// those that still run when it fires get one each, in time. Without attempts there is no timer once a worker rests.
final class TimeoutWatch: Sendable {
    /// Where the watch keeps an attempt.
    struct Place {
        fileprivate let round: Int
        fileprivate let index: Int
    }

    private struct Entry {
        let attempt: JobAttempt
        let reason: JobAttempt.StopReason
        let began: MonotonicInstant
        let limit: Duration
    }

    private struct State {
        /// Counts the looks.
        var round = 0
        /// What began since the last look; nil once it has ended.
        var young: [Entry?] = []
        /// Of the young, those that run.
        var count = 0
        var look: (any ScheduledAction)?
        var timers: [ObjectIdentifier: any ScheduledAction] = [:]
    }

    private let time: any TimeSource
    private let state = Mutex(State())

    private static let pause: Duration = .milliseconds(10)
    private static let nowhere = Place(round: -1, index: 0)

    init(time: any TimeSource) {
        self.time = time
    }

    /// The attempt begins now, and is stopped for `reason` unless ``ended(_:at:)`` comes within `limit`.
    func began(_ attempt: JobAttempt, limit: Duration, reason: JobAttempt.StopReason) -> Place {
        let entry = Entry(attempt: attempt, reason: reason, began: time.monotonic(), limit: limit)
        return state.withLock { state in
            guard limit > Self.pause else {
                state.timers[ObjectIdentifier(attempt)] = timer(for: entry, at: entry.began)
                return Self.nowhere
            }
            state.young.append(entry)
            state.count += 1
            if state.look == nil { state.look = time.schedule(after: Self.pause) { [weak self] in self?.look() } }
            return Place(round: state.round, index: state.young.count - 1)
        }
    }

    func ended(_ attempt: JobAttempt, at place: Place) {
        let timer: (any ScheduledAction)? = state.withLock { state in
            guard place.round == state.round else { return state.timers.removeValue(forKey: ObjectIdentifier(attempt)) }
            state.young[place.index] = nil
            state.count -= 1
            return nil
        }
        timer?.cancel()
    }

    /// A worker has nothing to do.
    func rest() {
        let look: (any ScheduledAction)? = state.withLock { state in
            guard state.count == 0 else { return nil }
            state.young.removeAll(keepingCapacity: true)
            defer { state.look = nil }
            return state.look
        }
        look?.cancel()
    }

    private func look() {
        let now = time.monotonic()
        state.withLock { state in
            for case let entry? in state.young {
                state.timers[ObjectIdentifier(entry.attempt)] = timer(for: entry, at: now)
            }
            state.round += 1
            state.young.removeAll(keepingCapacity: true)
            state.count = 0
            state.look = nil
        }
    }

    private func timer(for entry: Entry, at now: MonotonicInstant) -> any ScheduledAction {
        time.schedule(after: entry.limit - (now - entry.began)) { entry.attempt.stop(entry.reason) }
    }
}
