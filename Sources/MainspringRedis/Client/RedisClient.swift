package import MainspringCore
import Synchronization

/// A client of one Redis server; it knows no jobs. Whoever makes it closes it.
///
/// It connects when it is first used. Commands of concurrent calls share connections and go out together. A call ends
/// within a bounded time: with an answer, or with an error that says whether the command may have been carried out. A
/// cancelled task waits for its answer like any other, as what has been sent cannot be taken back; nothing is sent twice.
package final class RedisClient: Sendable {
    private let endpoint: RedisEndpoint
    private let options: RedisOptions
    private let time: any TimeSource
    private let ids: any IDSource
    private let links: [RedisLink]
    private let turn = Atomic<Int>(0)
    private let subscriptions = Mutex<[RedisLink]?>([])

    package init(
        _ endpoint: RedisEndpoint, options: RedisOptions = RedisOptions(), time: any TimeSource,
        ids: any IDSource = RandomIDSource()
    ) {
        self.endpoint = endpoint
        self.options = options
        self.time = time
        self.ids = ids
        links = (0..<max(1, options.connections)).map { _ in
            RedisLink(endpoint, options: options, time: time, ids: ids)
        }
        for link in links { watch(link) }
    }

    /// What silenced one connection may have silenced the others, which would not be noticed before they are needed.
    private func watch(_ link: RedisLink) {
        link.onDoubt { [weak self, weak link] in
            guard let self else { return }
            for other in links + (subscriptions.withLock { $0 } ?? []) where other !== link { other.ask() }
        }
    }

    /// One command. An error reply is thrown as `.refused`.
    @concurrent package func call(_ command: RedisCommand) async throws(RedisError) -> RedisValue {
        let result = await withUnsafeContinuation { continuation in
            place(.one(continuation), weight: 1) { $0.call(command, .one(continuation)) }
        }
        let value = try result.get()
        if case .error(let refusal) = value { throw .refused(refusal) }
        return value
    }

    /// Commands that go out together, over one connection and in order; other calls' may come between them. Error replies
    /// stay values, and later commands are carried out all the same.
    @concurrent package func call(_ commands: [RedisCommand]) async throws(RedisError) -> [RedisValue] {
        guard !commands.isEmpty else { return [] }
        let result = await withUnsafeContinuation { continuation in
            place(.many(continuation), weight: Self.turnLength) { $0.call(commands, .many(continuation)) }
        }
        return try result.get()
    }

    /// Single calls in a row that share a connection: spread over two, a burst costs half as much again.
    private static let turnLength = 1024

    /// The connections take turns; one that is down or full is passed over.
    private func place(_ waiter: RedisWaiter, weight: Int, _ call: (RedisLink) -> RedisLink.Verdict) {
        let start = turn.wrappingAdd(weight, ordering: .relaxed).oldValue / Self.turnLength
        var failure = RedisError.closed
        for step in 0..<links.count {
            let index = Int(UInt(bitPattern: start &+ step) % UInt(links.count))
            guard case .refused(let error) = call(links[index]) else { return }
            failure = error
        }
        waiter.fail(failure)
    }

    /// Commands that have been sent and not been answered; the questions of subscriptions are such too.
    @concurrent func inFlight() async -> Int {
        var sum = 0
        for link in links + (subscriptions.withLock { $0 } ?? []) { sum += await link.inFlight() }
        return sum
    }

    /// These, and the commands that wait to be sent.
    @concurrent func outstanding() async -> Int {
        let sent = await inFlight()
        return links.reduce(sent) { $0 + $1.waiting() }
    }

    /// Listens to a channel over a connection of its own until the client is closed.
    package func subscribe(_ channel: String, _ handler: @escaping @Sendable (RedisNews) -> Void) {
        let link = RedisLink(
            endpoint, options: options, time: time, ids: ids,
            subscription: RedisSubscription(channel: channel, handler: handler))
        let isOpen = subscriptions.withLock { subscriptions in
            subscriptions?.append(link)
            return subscriptions != nil
        }
        watch(link)
        if isOpen { link.start() }
    }

    /// Ends everything at once: calls that wait to be sent throw `.closed`, those that were sent `.unanswered`, later ones
    /// `.closed`. No news come afterwards, except what a handler is being told already.
    @concurrent package func close() async {
        let subscriptions = subscriptions.withLock { subscriptions in
            defer { subscriptions = nil }
            return subscriptions ?? []
        }
        for link in links + subscriptions { await link.close() }
    }
}
