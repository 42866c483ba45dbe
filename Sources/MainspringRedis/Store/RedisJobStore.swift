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
    let scripts: RedisScriptRunner
    let namespace: String
    /// Which handle wrote something: its own news are not told.
    let handle: String
    private let ids: any IDSource
    private let news = Mutex(NewsState())

    private struct NewsState {
        var handler: (@Sendable (StoreNews) -> Void)?
        var isAsked = false
        /// Until the first attempt has ended.
        var waiters: [CheckedContinuation<Void, Never>]? = []
    }

    /// Connects when it is first used.
    ///
    /// - Parameter namespace: All keys begin with it in braces; two stores with one namespace are one.
    public convenience init(
        _ endpoint: RedisEndpoint, namespace: String = "mainspring", time: any TimeSource,
        ids: any IDSource = RandomIDSource()
    ) {
        self.init(endpoint, namespace: namespace, time: time, ids: ids, options: RedisOptions())
    }

    package init(
        _ endpoint: RedisEndpoint, namespace: String, time: any TimeSource, ids: any IDSource = RandomIDSource(),
        options: RedisOptions, editing edit: @escaping @Sendable (String) -> String = { $0 }
    ) {
        client = RedisClient(endpoint, options: options, time: time, ids: ids)
        scripts = RedisScriptRunner(client, namespace: namespace, edit: edit)
        self.namespace = namespace
        self.ids = ids
        handle = ids.nonce()
    }

    public var name: String { "redis" }
    /// Measured on two cores: with one, the server waits for this node and the node for it.
    public var exchangesAtOnce: Int { 2 }

    /// What the namespace was made with, and what the server is now.
    public func look() async throws -> StoreEpoch {
        let key = key("epoch")
        let answers: [RedisValue]
        do {
            answers = try await client.call([
                RedisCommand("HSETNX", key, "id", ids.nonce()),
                RedisCommand("HSETNX", key, "layout", "\(RedisLayout.version)"),
                RedisCommand("HSETNX", key, "reader", "\(RedisLayout.oldestReader)"),
                RedisCommand("HMGET", key, "id", "reader"), RedisCommand("INFO", "server"),
            ])
            if let refusal = answers.lazy.compactMap(\.refusal).first { throw RedisError.refused(refusal) }
        } catch let error as RedisError { throw StoreRefusal.error(error, of: "look") }
        guard let stored = answers[3].array, stored.count == 2, let id = stored[0].text,
            let server = answers[4].text.flatMap({ RedisInfo($0)["run_id"] })
        else { throw StoreDamage.error("no epoch") }
        let reader = stored[1].int ?? 1
        guard reader <= RedisLayout.version else {
            throw MainspringError(
                .storeNewer, "the Redis namespace was made by a newer Mainspring (layout \(reader))",
                hint: "Update this node, or give it a namespace of its own.")
        }
        return StoreEpoch(server: server, data: id)
    }

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
