import GRDB
import Glibc
import MainspringCore
import MainspringRedis
import MainspringSQLite
import MainspringStore

/// What a move asks of its two ends.
extension StoreConfiguration {
    /// Equal for the same jobs.
    var place: String {
        switch backend {
        case .memory: "memory"
        case .sqlite(let path): "sqlite:\(Self.resolved(path))"
        case .redis(let redis): "\(redis.endpoint.address)/\(redis.endpoint.database)/\(redis.namespace)"
        }
    }

    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    /// Throws `not_found` for a file that would be made.
    func requireExistence() throws {
        switch backend {
        case .memory:
            throw MainspringError(
                .configuration, "jobs in memory are the node's alone", hint: "Name a database or a Redis URL.")
        case .sqlite(let path):
            guard access(path, F_OK) == 0 else {
                throw MainspringError(.notFound, "there is no database at \(path)", hint: "Name the store's file.")
            }
        case .redis: break
        }
    }

    /// Throws `conflict` for a database that holds somebody else's tables too.
    func requireThatItIsOurs() async throws {
        guard case .sqlite(let path) = backend else { return }
        let file = try DatabaseQueue(path: path)
        let foreign = try await file.read { database in
            try String.fetchOne(
                database,
                sql: """
                    SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'mainspring\\_%' ESCAPE '\\'
                        AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name LIMIT 1
                    """)
        }
        try file.close()
        guard let foreign else { return }
        throw MainspringError(
            .conflict, "the database \(path) holds the table \(foreign), which is not Mainspring's",
            hint: "Move without --remove.")
    }

    /// Removes all of it; the store must be closed.
    func remove() async throws {
        switch backend {
        case .memory: break
        case .sqlite(let path):
            for suffix in ["", "-wal", "-shm"] where unlink(path + suffix) != 0 && errno != ENOENT {
                throw MainspringError(
                    .storeReadOnly, "everything has moved, but \(path + suffix) cannot be removed",
                    cause: String(cString: strerror(errno)), hint: "Remove it by hand; start no node on it.")
            }
        case .redis(let redis):
            let store = redis.store(time: SystemTime())
            let result: Result<Void, any Error>
            do { result = .success(try await store.removeEverything()) } catch { result = .failure(error) }
            try? await store.close()
            try result.get()
        }
    }
}
