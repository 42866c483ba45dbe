import Logging
import Synchronization

/// The machine of an event bus under its lock; continuations are resumed outside of it.
///
/// Subscriptions hold the core and not the bus, so that a bus that is let go finishes.
final class EventBusCore<Event: Sendable>: Sendable {
    typealias Machine = EventBusMachine<Event, CheckedContinuation<Event?, Never>, CheckedContinuation<Bool, Never>>

    private let machine = Mutex(Machine())
    private let name: String
    private let logger: Logger

    init(name: String, logger: Logger) {
        self.name = name
        self.logger = logger
    }

    var counters: EventBusCounters { machine.withLock { $0.counters } }

    func finish() { perform(machine.withLock { $0.finish() }) }

    func publish(_ event: Event, isolation: isolated (any Actor)?) async -> Bool {
        let ticket: Int
        switch machine.withLock({ $0.publish(event) }) {
        case .accepted(let actions):
            perform(actions)
            return true
        case .refused: return false
        case .full(let drawn): ticket = drawn
        }
        return await suspend(isolation: isolation) { continuation, isCancelled in
            perform(
                machine.withLock { $0.park(continuation, event: event, ticket: ticket, isCancelled: isCancelled) })
        } onCancel: {
            perform(machine.withLock { $0.cancelPublisher(ticket: ticket) })
        }
    }

    // MARK: Subscribers

    func subscribe(limit: Int, whenFull: OverflowPolicy) -> Int {
        machine.withLock { $0.subscribe(limit: limit, whenFull: whenFull) }
    }

    func unsubscribe(_ id: Int) { perform(machine.withLock { $0.unsubscribe(id) }) }

    func buffered(for id: Int) -> Int { machine.withLock { $0.buffered(for: id) } }

    /// What is buffered already; nil when nothing is.
    func take(from id: Int) -> Event? {
        guard case .event(let event, let actions) = machine.withLock({ $0.take(from: id) }) else { return nil }
        perform(actions)
        return event
    }

    /// Nil when the bus is finished and all is read, or when the task is cancelled.
    func next(for id: Int, isolation: isolated (any Actor)?) async -> Event? {
        guard !Task.isCancelled else { return nil }
        let ticket: Int
        switch machine.withLock({ $0.take(from: id) }) {
        case .event(let event, let actions):
            perform(actions)
            return event
        case .ended: return nil
        case .nothing(let drawn): ticket = drawn
        }
        return await suspend(isolation: isolation) { continuation, isCancelled in
            perform(machine.withLock { $0.park(continuation, of: id, ticket: ticket, isCancelled: isCancelled) })
        } onCancel: {
            perform(machine.withLock { $0.cancelReader(of: id, ticket: ticket) })
        }
    }

    func handlerFailed(_ error: any Error) {
        machine.withLock { $0.countFailure() }
        logger.warning("event handler failed", metadata: ["bus": "\(name)", "error": "\(error)"])
    }

    private func perform(_ actions: [Machine.Action]) {
        for action in actions {
            switch action {
            case .resume(let reader, let event): reader.resume(returning: event)
            case .release(let publisher, let isAccepted): publisher.resume(returning: isAccepted)
            }
        }
    }
}
