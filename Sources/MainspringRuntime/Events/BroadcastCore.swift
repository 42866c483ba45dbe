import Synchronization

/// The machine of a broadcaster under its lock; continuations are resumed outside of it.
///
/// Subscriptions hold the core and not the broadcaster, so that a broadcaster that is let go finishes.
final class BroadcastCore: Sendable {
    typealias Machine = BroadcastMachine<CheckedContinuation<BroadcastMessage?, Never>>

    private let machine = Mutex(Machine())

    var counters: BroadcastCounters { machine.withLock { $0.counters } }

    func finish() {
        for action in machine.withLock({ $0.finish() }) { perform(action) }
    }

    func send(_ message: BroadcastMessage) -> Bool {
        guard let actions = machine.withLock({ $0.send(message) }) else { return false }
        for action in actions { perform(action) }
        return true
    }

    // MARK: Subscribers

    func subscribe(budget: Int, whenSlow: SlowPolicy) -> Int {
        machine.withLock { $0.subscribe(budget: budget, whenSlow: whenSlow) }
    }

    func unsubscribe(_ id: Int) {
        for action in machine.withLock({ $0.unsubscribe(id) }) { perform(action) }
    }

    /// Nil when the broadcaster is finished and all is read, or when the task is cancelled.
    func next(for id: Int, isolation: isolated (any Actor)?) async throws(SlowSubscriber) -> BroadcastMessage? {
        guard !Task.isCancelled else { return nil }
        if let message = await takeOrWait(for: id, isolation: isolation) { return message }
        if let slow = machine.withLock({ $0.closing(of: id) }) { throw slow }
        return nil
    }

    private func takeOrWait(for id: Int, isolation: isolated (any Actor)?) async -> BroadcastMessage? {
        let ticket: Int
        switch machine.withLock({ $0.take(from: id) }) {
        case .message(let message): return message
        case .ended: return nil
        case .nothing(let drawn): ticket = drawn
        }
        return await suspend(isolation: isolation) { continuation, isCancelled in
            perform(machine.withLock { $0.park(continuation, of: id, ticket: ticket, isCancelled: isCancelled) })
        } onCancel: {
            perform(machine.withLock { $0.cancelReader(of: id, ticket: ticket) })
        }
    }

    private func perform(_ action: Machine.Action?) {
        action?.reader.resume(returning: action?.message)
    }
}
