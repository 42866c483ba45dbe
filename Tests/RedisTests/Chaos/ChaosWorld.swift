import Foundation
import MainspringCore
import MainspringRedis
import MainspringRuntime
import MainspringStore
import MainspringTesting

/// Some nodes, a Redis, and a proxy between them.
final class ChaosWorld: Sendable {
    let redis: TestRedis
    let proxy: ChaosProxy
    let nodes: [ChaosProcess]
    /// To look at what is there, past the proxy.
    let store: RedisJobStore
    private let folder: String

    private init(
        redis: TestRedis, proxy: ChaosProxy, nodes: [ChaosProcess], store: RedisJobStore, folder: String
    ) {
        (self.redis, self.proxy, self.nodes, self.store, self.folder) = (redis, proxy, nodes, store, folder)
    }

    deinit {
        if ProcessInfo.processInfo.environment["MAINSPRING_KEEP"] == nil {
            try? FileManager.default.removeItem(atPath: folder)
        }
    }

    /// `rate`: enqueues a second of each node. Returns when all of them work.
    static func start(
        nodes count: Int = 2, rate: Int, appendOnly: TestRedisOptions.AppendOnly = .everySecond
    )
        async throws -> ChaosWorld
    {
        var options = TestRedisOptions()
        options.appendOnly = appendOnly
        let redis = try await TestRedis.start(options)
        let proxy = try await ChaosProxy.start(to: .socket(redis.socket))
        let folder = "/tmp/mspr-chaos-\(UUID().uuidString.prefix(13))"
        let nodes = try (1...count).map { number in
            try ChaosProcess(
                name: "node\(number)", in: folder, url: "redis://127.0.0.1:\(proxy.port)", rate: rate)
        }
        let store = RedisJobStore(
            RedisEndpoint(.socket(redis.socket)), namespace: "chaos", time: SystemTime())
        let world = ChaosWorld(redis: redis, proxy: proxy, nodes: nodes, store: store, folder: folder)
        _ = try await store.open()
        for node in nodes { try node.start() }
        try await world.until("all nodes work") { world.nodes.allSatisfy { $0.ledger.firstRun(after: 0) != nil } }
        return world
    }

    struct TimedOut: Error, CustomStringConvertible {
        var description: String
    }

    /// Looks every 20 ms: what it waits for are other processes.
    func until(
        _ what: String, within limit: Duration = .seconds(30), _ isSo: @Sendable () async throws -> Bool
    ) async throws {
        let clock = ContinuousClock()
        let end = clock.now + limit
        while try await !isSo() {
            guard clock.now < end else {
                let states = nodes.map { "\($0.name): \($0.ledger.state) \($0.ledger.all("E").map(\.words))" }
                throw TimedOut(description: "not within \(limit): \(what); \(states)")
            }
            try await clock.sleep(for: .milliseconds(20))
        }
    }

    func all(are state: String) -> Bool { nodes.allSatisfy { $0.ledger.state == state } }

    /// Ends the enqueuing, and waits until nothing is left to do.
    func settle() async throws {
        for node in nodes { node.signal(SIGUSR1) }
        try await until("every spool is empty") { self.all(are: "primary") }
        try await until("every job is final") {
            let queues = try? await self.store.queues()
            return queues?.allSatisfy { $0.counts.allSatisfy { $0.key.isFinal || $0.value == 0 } } ?? false
        }
        // Its end is written before the node has said that it ended.
        try await until("every node stops in order") {
            var isOver = true
            for node in self.nodes { if await node.end(SIGTERM) ?? 0 != 0 { isOver = false } }
            return isOver
        }
    }

    static func now() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
    }
}
