public import Logging

/// Carries events from many publishers to many subscribers, each with a bounded buffer of its own.
///
/// An event enters the buffers of all who are subscribed at one moment, or of none; all see the same order. Who subscribes
/// later does not see it. Memory is bounded by `limit` events per subscriber, shared where `Event` is.
///
/// ```swift
/// let bus = EventBus<Quote>(name: "quotes", logger: logger)
/// let quotes = bus.subscribe()
/// await bus.publish(quote)
/// for await quote in quotes { … }
/// ```
public final class EventBus<Event: Sendable>: Sendable {
    private let core: EventBusCore<Event>
    private let limit: Int
    private let whenFull: OverflowPolicy

    /// - Parameters:
    ///   - name: For logs.
    ///   - limit: Events per subscriber, 1000 by default; less than 1 counts as 1.
    ///   - whenFull: What happens at the limit; the oldest event is dropped by default.
    ///   - logger: For the errors of handlers.
    public init(name: String, limit: Int = 1000, whenFull: OverflowPolicy = .dropOldest, logger: Logger) {
        core = EventBusCore(name: name, logger: logger)
        self.limit = limit
        self.whenFull = whenFull
    }

    /// A bus that is let go is finished.
    deinit { core.finish() }

    public var counters: EventBusCounters { core.counters }

    /// Gives the event to every subscriber.
    ///
    /// Suspends only while a subscriber with ``OverflowPolicy/wait`` has no room; publishers are then let in first come
    /// first served. False when the event was refused, and is in nobody's buffer: the bus is finished, or the task was
    /// cancelled while it waited. A handler must not publish to a bus on which it is itself waited for.
    @discardableResult
    public func publish(_ event: Event, isolation: isolated (any Actor)? = #isolation) async -> Bool {
        await core.publish(event, isolation: isolation)
    }

    /// Buffers from now on, until the subscription's iteration ends or the subscription is let go.
    ///
    /// `limit` and `whenFull` are those of the bus unless given.
    public func subscribe(limit: Int? = nil, whenFull: OverflowPolicy? = nil) -> EventSubscription<Event> {
        EventSubscription(
            core: core, id: core.subscribe(limit: limit ?? self.limit, whenFull: whenFull ?? self.whenFull))
    }

    /// Accepts nothing more, and refuses publishers that wait. Subscribers read what is buffered, then their loops end.
    public func finish() { core.finish() }
}
