/// Sends byte messages to many clients, each with a byte budget of its own, so that a slow one costs bounded memory and
/// never holds up the sender or the others.
///
/// Who subscribes later does not see earlier messages. A message costs each subscriber the same, whatever is queued.
///
/// ```swift
/// let live = Broadcaster()
/// live.send(BroadcastMessage(json, key: "queue:reports"))
/// for try await message in live.subscribe() { try await socket.write(message.bytes) }
/// ```
public final class Broadcaster: Sendable {
    private let core = BroadcastCore()

    public init() {}

    /// A broadcaster that is let go is finished.
    deinit { core.finish() }

    public var counters: BroadcastCounters { core.counters }

    /// Queues the message for every subscriber and returns at once. False when the broadcaster is finished.
    @discardableResult
    public func send(_ message: BroadcastMessage) -> Bool { core.send(message) }

    /// Queues from now on, until the subscription's iteration ends or the subscription is let go.
    ///
    /// - Parameters:
    ///   - budget: Bytes that may be queued, 1 MiB by default; each message counts its bytes, its key and 64 more.
    ///   - whenSlow: What happens when the budget is used up; newer messages replace older ones by default.
    public func subscribe(budget: Int = 1 << 20, whenSlow: SlowPolicy = .coalesce) -> BroadcastSubscription {
        BroadcastSubscription(core: core, id: core.subscribe(budget: budget, whenSlow: whenSlow))
    }

    /// Sends nothing more. Subscribers read what is queued, then their loops end.
    public func finish() { core.finish() }
}
