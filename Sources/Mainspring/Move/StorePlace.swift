import Glibc
import MainspringCore
import MainspringRedis
import MainspringSQLite
import MainspringStore

/// A store as a person names it: a configuration file, whose store it is; the path of a database; or what `store:` takes.
public struct StorePlace: Sendable {
    public var text: String
    /// Of a Redis store that is named by a URL; nil: the default.
    public var namespace: String?
    /// Where relative paths begin.
    public var directory: String
    public var environment: [String: String]

    public init(_ text: String, namespace: String? = nil, directory: String, environment: [String: String]) {
        self.text = text
        self.namespace = namespace
        self.directory = directory
        self.environment = environment
    }

    /// Throws `ConfigurationErrors`, or `configuration` for what several processes cannot share.
    func store() throws -> StoreConfiguration {
        if let configuration = try configuration() { return configuration.store }
        if StoreConfiguration.Backend.isRedis(text) {
            var redis = StoreConfiguration.Redis(try RedisEndpoint(url: text))
            if let namespace { redis.namespace = namespace }
            return StoreConfiguration(backend: .redis(redis), durability: .full)
        }
        let path = text.hasPrefix("sqlite:") ? String(text.dropFirst(7)) : text
        return StoreConfiguration(
            backend: .sqlite(path: FilePath.absolute(path, in: directory)), durability: .full)
    }

    private func configuration() throws -> Configuration? {
        guard text.hasSuffix(".yaml") || text.hasSuffix(".yml") else { return nil }
        return try Configuration.load(path: text, environment: environment, workingDirectory: directory)
    }

    /// What the node of a configuration still keeps for a server that was away, and only that node can bring there.
    func checkSpool(time: any TimeSource) async throws {
        guard let configuration = try configuration(), case .redis(let redis) = configuration.store.backend else {
            return
        }
        let path = "\(configuration.state)/\(StateFolder.spoolName)"
        guard access(path, F_OK) == 0 else { return }
        let spool = try SQLiteSpool(path: path, bounds: redis.spool)
        let tally = spool.tally
        try await spool.close()
        guard tally.jobs + tally.ends > 0 else { return }
        throw MainspringError(
            .conflict, "\(tally.jobs) jobs and \(tally.ends) ends of attempts wait in the spool \(path)",
            hint: "Run that node until its spool is empty ('mainspring node ls' tells), stop it, then try again.")
    }
}
