public import MainspringRedis
public import MainspringStore

/// Where jobs are kept.
public struct StoreConfiguration: Sendable, Hashable {
    public enum Backend: Sendable, Hashable {
        case memory
        /// The absolute path of the database.
        case sqlite(path: String)
        case redis(Redis)

        /// The path is empty for `sqlite` alone. Nil for what is no store of this version.
        init?(text: String) {
            if text == "memory" {
                self = .memory
            } else if text == "sqlite" {
                self = .sqlite(path: "")
            } else if text.hasPrefix("sqlite:"), text.utf8.count > 7 {
                self = .sqlite(path: String(text.dropFirst(7)))
            } else if Self.isRedis(text), let endpoint = try? RedisEndpoint(url: text) {
                self = .redis(Redis(endpoint))
            } else {
                return nil
            }
        }

        static func isRedis(_ text: String) -> Bool {
            ["redis://", "rediss://", "redis+unix://"].contains { text.hasPrefix($0) }
        }
    }

    /// A server, and what a node does while it is away.
    public struct Redis: Sendable, Hashable {
        /// Its description shows no password.
        public var endpoint: RedisEndpoint
        public var namespace: String
        public var whileAway: WhileAway
        public var spool: SpoolBounds

        /// The defaults are those of the configuration.
        public init(
            _ endpoint: RedisEndpoint, namespace: String = "mainspring", whileAway: WhileAway = .hold,
            spool: SpoolBounds = SpoolBounds()
        ) {
            self.endpoint = endpoint
            self.namespace = namespace
            self.whileAway = whileAway
            self.spool = spool
        }
    }

    public enum Durability: String, Sendable, CaseIterable {
        case full, normal
    }

    public var backend: Backend
    /// Of a SQLite store.
    public var durability: Durability
}
