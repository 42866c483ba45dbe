import GRDB

extension SQLiteJobStore {
    /// Writes a whole copy of the file to `path`, with mode 0600, while others go on writing: it holds what was committed when
    /// it began. In an application's database that is all of it.
    ///
    /// Throws `conflict` when something is at `path` already, `store_read_only` or `store_full` when it cannot be written; then
    /// nothing stays there.
    public func backup(to path: String) async throws {
        try await read { try StoreBackup(path: path).write($0) }
    }

    /// Like ``SQLiteStoreFile/check(path:)``.
    public func check() async throws -> [String] {
        let path = failure.path
        return try await read { try StoreCheck(database: $0).problems(path: path) }
    }
}
