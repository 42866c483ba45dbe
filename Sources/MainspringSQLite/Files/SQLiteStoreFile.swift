import GRDB
import MainspringCore

/// A store's file from outside, while a node uses it or not.
public enum SQLiteStoreFile {
    /// Looks through the whole file, without a write to it: its pages and indexes, the counters, and what the rows of one job
    /// say of each other. One sentence for each kind of damage; none when it is whole.
    ///
    /// Sees one moment of the file, however long it takes (seconds for each million jobs); until then a node's log grows.
    /// Throws `store_read_only` when there is no such file, `store_corrupt` when it is no database, `store_newer` when a later
    /// version wrote it.
    @concurrent public static func check(path: String) async throws -> [String] {
        let failure = StoreFailure(path: path)
        do {
            var configuration = Configuration()
            configuration.label = "mainspring-check"
            configuration.readonly = true
            configuration.busyMode = .timeout(5)
            let file = try DatabaseQueue(path: path, configuration: configuration)
            let problems = try await file.look { try StoreCheck(database: $0).problems(path: path) }
            try file.close()
            return problems
        } catch {
            throw failure.error(for: error)
        }
    }

    /// Writes a whole copy of the file to `destination`, like ``SQLiteJobStore/backup(to:)``.
    @concurrent public static func backup(path: String, to destination: String) async throws {
        let failure = StoreFailure(path: path)
        do {
            var configuration = Configuration()
            configuration.label = "mainspring-backup"
            configuration.readonly = true
            configuration.busyMode = .timeout(5)
            let file = try DatabaseQueue(path: path, configuration: configuration)
            try await file.read { try StoreBackup(path: destination).write($0) }
            try file.close()
        } catch {
            throw failure.error(for: error)
        }
    }
}
