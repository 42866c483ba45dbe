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
        /// The next one to fire is the last.
        var entries: [Entry] = []
        var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []

        mutating func move(to target: Int64) {
            wall = wall + .nanoseconds(target - elapsed)
            elapsed = target
        }

        /// Where the entry is, or belongs: by search, as simulations have thousands.
        func index(_ deadline: Int64, _ id: Int) -> Int {
            var (low, high) = (0, entries.count)
            while low < high {
                let middle = (low + high) / 2
                if (entries[middle].deadline, entries[middle].id) > (deadline, id) {
                    low = middle + 1
                } else {
                    high = middle
                }
            }
            return low
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
        let (handle, ready): (Handle, [CheckedContinuation<Void, Never>]) = state.withLock { state in
            state.nextID += 1
            let deadline = state.elapsed + max(0, delay.wholeMicroseconds) * 1000
            let entry = Entry(id: state.nextID, deadline: deadline, action: action)
            state.entries.insert(entry, at: state.index(deadline, entry.id))
            let count = state.entries.count
            let ready = state.waiters.filter { $0.count <= count }.map(\.continuation)
            state.waiters.removeAll { $0.count <= count }
            return (Handle(time: self, deadline: deadline, id: entry.id), ready)
        }
        for continuation in ready { continuation.resume() }
        return handle
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
            guard let next = state.entries.last, next.deadline <= target else { return nil }
            state.move(to: max(state.elapsed, next.deadline))
            return state.entries.removeLast()
        }
    }

    private struct Handle: ScheduledAction {
        let time: ManualTime
        let deadline: Int64
        let id: Int

        func cancel() {
            time.state.withLock { state in
                let index = state.index(deadline, id)
                if index < state.entries.count, state.entries[index].id == id { state.entries.remove(at: index) }
            }
        }
    }
}
