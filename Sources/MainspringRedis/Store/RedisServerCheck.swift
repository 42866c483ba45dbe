import MainspringCore
import MainspringStore

/// Whether a server may keep the jobs of a namespace.
struct RedisServerCheck: Sendable {
    let client: RedisClient
    let namespace: String
    let ids: any IDSource

    /// Throws as ``RedisJobStore/open()`` does.
    func condition() async throws -> RedisCondition {
        let answers: [RedisValue]
        do {
            answers = try await client.call([
                RedisCommand("INFO"), RedisCommand("CONFIG", "GET", "maxmemory-policy"),
                RedisCommand("CONFIG", "GET", "append*"), RedisCommand("CONFIG", "GET", "save"),
            ])
            if let refusal = answers[0].refusal { throw RedisError.refused(refusal) }
        } catch let error as RedisError { throw StoreRefusal.error(error, of: "open") }
        let info = RedisInfo(answers[0].text ?? "")
        let settings = answers.dropFirst().map(\.settings).reduce(into: [:]) { $0.merge($1) { $1 } }
        try Self.check(info, eviction: settings["maxmemory-policy"] ?? info["maxmemory_policy"])
        _ = try await epoch()
        return RedisCondition(info: info, settings: settings)
    }

    /// What the namespace was made with, and what the server is now.
    func epoch() async throws -> StoreEpoch {
        let key = "{\(namespace)}:epoch"
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

    private static func check(_ info: RedisInfo, eviction: String?) throws {
        let version = (info["redis_version"] ?? "").split(separator: ".").prefix(2).compactMap { Int($0) }
        guard version.count == 2, (version[0], version[1]) >= (6, 2) else {
            throw MainspringError(
                .storeDenied, "Redis \(info["redis_version"] ?? "of an unknown version") is too old",
                hint: "Use Redis 6.2 or later, or Valkey.")
        }
        if info["cluster_enabled"] == "1" {
            throw MainspringError(
                .storeDenied, "the server is part of a Redis Cluster", hint: "Use a server that stands alone.")
        }
        if let role = info["role"], role != "master" {
            throw MainspringError(
                .storeReadOnly, "the Redis server is a replica", hint: "Give the URL of the primary.")
        }
        guard eviction == "noeviction" else {
            throw MainspringError(
                .storeDenied, "Redis may evict jobs: maxmemory-policy is \(eviction ?? "not known")",
                hint: "Set it: redis-cli CONFIG SET maxmemory-policy noeviction")
        }
    }
}

extension RedisValue {
    /// Names and values, by turns; none of an error.
    fileprivate var settings: [String: String] {
        guard let parts = array else { return [:] }
        var settings: [String: String] = [:]
        for index in stride(from: 0, to: parts.count - 1, by: 2) {
            if let name = parts[index].text { settings[name] = parts[index + 1].text }
        }
        return settings
    }
}
