import MainspringCore
import MainspringRedis
import MainspringStore

extension ConfigurationBuilder {
    private static let redisKeys = ["password", "namespace", "while_away", "spool"]
    private static let fileKeys = ["durability"]

    mutating func store(state: String) -> StoreConfiguration? {
        guard let section = root.section("store"),
            let backend = section.text("url").flatMap({ StoreConfiguration.Backend(text: $0) }),
            let durability: StoreConfiguration.Durability = section.choice("durability")
        else { return nil }
        switch backend {
        case .memory:
            refuse(Self.redisKeys, in: section)
            return StoreConfiguration(backend: backend, durability: durability)
        case .sqlite(let path):
            refuse(Self.redisKeys, in: section)
            let file = path.isEmpty ? "\(state)/jobs.db" : absolute(path, from: section.origin(of: "url"))
            return StoreConfiguration(backend: .sqlite(path: file), durability: durability)
        case .redis(let redis):
            for key in Self.fileKeys where section.isGiven(key) {
                problems.add(
                    "means nothing with a Redis store: how durable a write is, is that server's business",
                    at: section.origin(of: key), key: section.path(of: key), hint: "see docs/redis.md")
            }
            guard let redis = self.redis(redis, in: section) else { return nil }
            return StoreConfiguration(backend: .redis(redis), durability: durability)
        }
    }

    private mutating func refuse(_ keys: [String], in section: SettingReader) {
        for key in keys where section.isGiven(key) {
            problems.add(
                "only means something with a Redis store", at: section.origin(of: key), key: section.path(of: key),
                hint: "leave it out, or give the store 'url: redis://HOST'")
        }
    }

    private mutating func redis(
        _ redis: StoreConfiguration.Redis, in section: SettingReader
    ) -> StoreConfiguration.Redis? {
        guard let namespace = section.text("namespace"), let whileAway: WhileAway = section.choice("while_away"),
            let spool = section.section("spool"), let limit = spool.integer("limit"), let size = spool.size("size")
        else { return nil }
        var endpoint = redis.endpoint
        if let password = section.text("password") {
            // `USER:@HOST` names a user whose password is elsewhere.
            if endpoint.password?.isEmpty == false {
                problems.add(
                    "the URL has a password too", at: section.origin(of: "password"), key: section.path(of: "password"),
                    hint: "keep one of them")
            }
            endpoint.password = password
        }
        return StoreConfiguration.Redis(
            endpoint, namespace: namespace, whileAway: whileAway,
            spool: SpoolBounds(jobs: Int(limit), bytes: size.bytes))
    }

    /// Defaults that mean nothing with this store, and would be refused if somebody wrote them down.
    func withoutForeignStoreKeys(_ effective: ConfigNode, _ store: StoreConfiguration) -> ConfigNode {
        guard var members = effective.members, let index = members.firstIndex(where: { $0.name == "store" }),
            let inner = members[index].value.members
        else { return effective }
        let isRedis = if case .redis = store.backend { true } else { false }
        let foreign = isRedis ? Self.fileKeys : Self.redisKeys
        members[index].value.content = .map(inner.filter { !foreign.contains($0.name) })
        var effective = effective
        effective.content = .map(members)
        return effective
    }
}

extension SettingReader {
    /// Somebody wrote it, or something in it.
    func isGiven(_ name: String) -> Bool { node[name].map(Self.isGiven) ?? false }

    private static func isGiven(_ node: ConfigNode) -> Bool {
        if let members = node.members { return members.contains { isGiven($0.value) } }
        return node.origin != .fallback
    }
}
