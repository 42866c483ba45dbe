import Foundation
import Glibc
import MainspringCore
import MainspringRedis
import MainspringRuntime
import MainspringSQLite
import MainspringStore

/// The store as a node has it: Redis, with the spool in a folder of the process behind it.
struct PeerStore {
    let store: FailoverStore
    private let running: Task<Void, Never>

    /// Each process has a folder of its own; a worker that starts again finds that of the one before.
    static func open(for role: String) async throws -> PeerStore {
        let time = SystemTime()
        let folder = "\(PeerEnvironment.folder)/\(role)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let redis = RedisJobStore(
            try RedisEndpoint(url: "redis://127.0.0.1:\(PeerEnvironment.port)"), namespace: "bench", time: time)
        _ = try await redis.open()
        let spool = try SQLiteSpool(path: "\(folder)/spool.db")
        let store = try await FailoverStore(primary: redis, spool: spool, time: time)
        return PeerStore(store: store, running: Task { await store.run() })
    }

    func close() async throws {
        // What is spooled stays for the next life; the harness waits for the return of Redis.
        while store.status.state != .primary { try await Task.sleep(for: .milliseconds(20)) }
        running.cancel()
        await running.value
        try await store.close()
    }
}
