public import MainspringCore
public import MainspringStore
import Synchronization

/// Jobs in a Redis server (6.2 or later, or Valkey), for many nodes.
///
/// Each verb is one script in the server. What a verb acknowledged is as safe as the server's persistence makes it:
/// ``open()`` says how safe that is. Leases are counted on a clock of the namespace's own, which moves with the server's
/// and never jumps. Batches of more than 500 jobs are several scripts, so that no other caller waits long.
public final class RedisJobStore: RemoteJobStore {
    let client: RedisClient
    let server: RedisServerCheck
    let scripts: RedisScriptRunner
    let namespace: String
    /// Which handle wrote something: its own news are not told.
    let handle: String
    private let news = Mutex(NewsState())

    private struct NewsState {
        var handler: (@Sendable (StoreNews) -> Void)?
        var isAsked = false
        /// Until the first attempt has ended.
        var waiters: [CheckedContinuation<Void, Never>]? = []
    }

    /// Connects when it is first used.
    ///
    /// - Parameters:
    ///   - namespace: All keys begin with it in braces; two stores with one namespace are one.
    ///   - looksFirst: The first verb looks at the server as ``open()`` does, and throws the same; so does the first one after
    ///     the server was started anew. For programs that do not wait for the server when they begin.
    public convenience init(
        _ endpoint: RedisEndpoint, namespace: String = "mainspring", time: any TimeSource,
        ids: any IDSource = RandomIDSource(), looksFirst: Bool = false
    ) {
        self.init(
            endpoint, namespace: namespace, time: time, ids: ids, looksFirst: looksFirst, options: RedisOptions())
    }

    package init(
        _ endpoint: RedisEndpoint, namespace: String, time: any TimeSource, ids: any IDSource = RandomIDSource(),
        looksFirst: Bool = false, options: RedisOptions, editing edit: @escaping @Sendable (String) -> String = { $0 }
    ) {
        client = RedisClient(endpoint, options: options, time: time, ids: ids)
        server = RedisServerCheck(client: client, namespace: namespace, ids: ids)
        scripts = RedisScriptRunner(client, namespace: namespace, check: looksFirst ? server : nil, edit: edit)
        self.namespace = namespace
        handle = ids.nonce()
    }

    public var name: String { "redis" }
    /// Measured on two cores: with one, the server waits for this node and the node for it.
    public var exchangesAtOnce: Int { 2 }

    /// What the namespace was made with, and what the server is now.
    public func look() async throws -> StoreEpoch { try await server.epoch() }

    func key(_ what: String) -> String { "{\(namespace)}:\(what)" }

    // MARK: News

    public func onNews(_ handler: (@Sendable (StoreNews) -> Void)?) {
        news.withLock { $0.handler = handler }
        if handler != nil { subscribe() }
    }

    private func subscribe() {
        let isAsked = news.withLock { news in
            defer { news.isAsked = true }
            return news.isAsked
        }
        if !isAsked { client.subscribe(key("news")) { [weak self] in self?.hear($0) } }
    }

    /// Returns once news arrive, or the first attempt has failed. A handler that is set from then on misses none.
    @concurrent func listen() async {
        subscribe()
        await withCheckedContinuation { continuation in
            let isOver = news.withLock { news in
                news.waiters?.append(continuation)
                return news.waiters == nil
            }
            if isOver { continuation.resume() }
        }
    }

    private func hear(_ told: RedisNews) {
        var kinds = StoreNews.all
        switch told {
        case .subscribed: endWaiting()
        case .lost: return endWaiting()
        case .message(let bytes):
            let words = bytes.split(separator: UInt8(ascii: " "))
            guard words.count == 2, !words[1].elementsEqual(handle.utf8) else { return }
            if let bits = UInt8(String(decoding: words[0], as: UTF8.self)) { kinds = StoreNews(rawValue: bits) }
        }
        news.withLock { $0.handler }?(kinds)
    }

    private func endWaiting() {
        let waiters = news.withLock { news in
            defer { news.waiters = nil }
            return news.waiters ?? []
        }
        for waiter in waiters { waiter.resume() }
    }

    public func close() async throws {
        news.withLock { $0.handler = nil }
        endWaiting()
        await client.close()
    }
}

/// The form of what is in the server. A change that an older node cannot read raises both numbers.
enum RedisLayout {
    static let version: Int64 = 1
    /// The oldest layout whose nodes can read what this one writes.
    static let oldestReader: Int64 = 1
}
