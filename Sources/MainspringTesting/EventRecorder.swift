public import MainspringCore
import Synchronization

/// Keeps every event, and lets a test wait for one, or for several.
public final class EventRecorder: EventSink {
    public typealias Match = @Sendable (MainspringEvent) -> Bool

    private struct Waiter {
        var count: Int
        var matches: Match
        var continuation: CheckedContinuation<[MainspringEvent], Never>
    }

    private struct State {
        var events: [MainspringEvent] = []
        var waiters: [Waiter] = []
    }

    private let state = Mutex(State())

    public init() {}

    public var events: [MainspringEvent] { state.withLock { $0.events } }

    public func emit(_ event: MainspringEvent) {
        let ready = state.withLock { state in
            state.events.append(event)
            let events = state.events
            let ready = state.waiters.map { waiter in
                (waiter, waiter.matches(event) ? events.filter(waiter.matches) : [])
            }.filter { waiter, found in found.count >= waiter.count }
            state.waiters.removeAll { waiter in
                waiter.matches(event) && events.count(where: waiter.matches) >= waiter.count
            }
            return ready
        }
        for (waiter, found) in ready { waiter.continuation.resume(returning: found) }
    }

    /// The first `count` events that match, past ones included; suspends until there are so many.
    @discardableResult
    public func first(_ count: Int, where matches: @escaping Match) async -> [MainspringEvent] {
        let found = await withCheckedContinuation { continuation in
            let past: [MainspringEvent]? = state.withLock { state in
                let past = state.events.filter(matches)
                if past.count >= count { return past }
                state.waiters.append(Waiter(count: count, matches: matches, continuation: continuation))
                return nil
            }
            if let past { continuation.resume(returning: past) }
        }
        return Array(found.prefix(count))
    }

    /// The first event that matches, past ones included.
    @discardableResult
    public func first(where matches: @escaping Match) async -> MainspringEvent {
        await first(1, where: matches)[0]
    }
}
