public import MainspringCore
import Synchronization

/// A clock that moves only when told: timers fire inside ``advance(by:)``, on the caller's thread, in order of deadline.
public final class ManualTime: TimeSource {
    private struct Entry {
        let id: Int
        let deadline: Int64
        let action: @Sendable () -> Void
    }

    private struct State {
        var wall: Timestamp
        var elapsed: Int64 = 0
        var nextID = 0
        var entries: [Entry] = []
        var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []

        mutating func move(to target: Int64) {
            wall = wall + .nanoseconds(target - elapsed)
            elapsed = target
        }
    }

    private let state: Mutex<State>

    /// The default start is 2026-01-01T00:00:00Z.
    public init(start: Timestamp = Timestamp(microseconds: 1_767_225_600_000_000)) {
        state = Mutex(State(wall: start))
    }

    public func now() -> Timestamp { state.withLock { $0.wall } }

    public func monotonic() -> MonotonicInstant { MonotonicInstant(nanoseconds: state.withLock { $0.elapsed }) }

    /// Timers that have neither fired nor been cancelled: a test that ends with some has left something asleep.
    public var pendingTimers: Int { state.withLock { $0.entries.count } }

    public func schedule(after delay: Duration, _ action: @escaping @Sendable () -> Void) -> any ScheduledAction {
        let (id, ready): (Int, [CheckedContinuation<Void, Never>]) = state.withLock { state in
            state.nextID += 1
            let deadline = state.elapsed + max(0, delay.wholeMicroseconds) * 1000
            state.entries.append(Entry(id: state.nextID, deadline: deadline, action: action))
            let count = state.entries.count
            let ready = state.waiters.filter { $0.count <= count }.map(\.continuation)
            state.waiters.removeAll { $0.count <= count }
            return (state.nextID, ready)
        }
        for continuation in ready { continuation.resume() }
        return Handle(time: self, id: id)
    }

    /// Suspends until at least `count` timers are pending: the moment when everything else waits for time.
    public func timersPending(_ count: Int = 1) async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                guard state.entries.count < count else { return true }
                state.waiters.append((count, continuation))
                return false
            }
            if isReady { continuation.resume() }
        }
    }

    /// Moves both clocks, stopping at each deadline on the way to run its action.
    public func advance(by duration: Duration) {
        let target = state.withLock { $0.elapsed } + duration.wholeMicroseconds * 1000
        while let entry = pop(until: target) { entry.action() }
        state.withLock { $0.move(to: target) }
    }

    /// Jumps the wall clock alone, as an operator or NTP would.
    public func jumpWall(by duration: Duration) {
        state.withLock { $0.wall = $0.wall + duration }
    }

    private func pop(until target: Int64) -> Entry? {
        state.withLock { state -> Entry? in
            let due = state.entries.filter { $0.deadline <= target }
            guard let next = due.min(by: { ($0.deadline, $0.id) < ($1.deadline, $1.id) }) else { return nil }
            state.entries.removeAll { $0.id == next.id }
            state.move(to: max(state.elapsed, next.deadline))
            return next
        }
    }

    private struct Handle: ScheduledAction {
        let time: ManualTime
        let id: Int
        func cancel() { time.state.withLock { state in state.entries.removeAll { $0.id == id } } }
    }
}
