public import MainspringCore
import Synchronization

/// Keeps every event, and lets a test wait for one.
public final class EventRecorder: EventSink {
    private struct State {
        var events: [MainspringEvent] = []
        var waiters: [(matches: @Sendable (MainspringEvent) -> Bool, continuation: CheckedContinuation<MainspringEvent, Never>)] = []
    }

    private let state = Mutex(State())

    public init() {}

    public var events: [MainspringEvent] { state.withLock { $0.events } }

    public func emit(_ event: MainspringEvent) {
        let ready = state.withLock { state in
            state.events.append(event)
            let ready = state.waiters.filter { $0.matches(event) }.map(\.continuation)
            state.waiters.removeAll { $0.matches(event) }
            return ready
        }
        for continuation in ready { continuation.resume(returning: event) }
    }

    /// The first event that matches, past ones included.
    @discardableResult
    public func first(where matches: @escaping @Sendable (MainspringEvent) -> Bool) async -> MainspringEvent {
        await withCheckedContinuation { continuation in
            let past: MainspringEvent? = state.withLock { state in
                if let event = state.events.first(where: matches) { return event }
                state.waiters.append((matches, continuation))
                return nil
            }
            if let past { continuation.resume(returning: past) }
        }
    }
}
