import GRDB

/// What only tests ask.
extension SQLiteJobStore {
    /// `PRAGMA synchronous` of the connection that writes.
    package func synchronous() async throws -> Int {
        try await pool.writeWithoutTransaction { database in
            try SQLStatement(database, "PRAGMA synchronous").first { Int($0.int(0)) } ?? -1
        }
    }

    /// As if the file had become read-only: root passes every permission, so a test cannot take one away.
    package func refuseWrites() async throws {
        try await pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA query_only = 1") }
    }
}
