import GRDB
import MainspringCore

/// The file's tables, and how an older file gets them. All of their names begin with `mainspring_`, so that they can stand
/// among the tables of an application.
enum Schema {
    /// One for each version, the first for version 1. They are only ever added, and never change.
    private static let migrations = [jobs]

    static var version: Int { migrations.count }

    /// Each table's root page: reading them at the start finds a file that is damaged there.
    static let tables = [
        "mainspring_job", "mainspring_live", "mainspring_attempt", "mainspring_occurrence", "mainspring_queue",
        "mainspring_tally", "mainspring_node", "mainspring_term",
    ]

    /// Brings the tables up to date, inside a transaction that may write. Throws `store_newer` when a later version was here.
    static func migrate(_ database: Database, path: String) throws {
        let found = try version(of: database, path: path)
        guard found < version else { return }
        for migration in migrations[found...] { try database.execute(sql: migration) }
        try database.execute(sql: "UPDATE mainspring_schema SET version = ?", arguments: [version])
        if found == 0 { try OldLayout.carryOver(database) }
    }

    /// 0 for a file without our tables.
    static func version(of database: Database, path: String) throws -> Int {
        let exists = try SQLStatement(
            database, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'mainspring_schema'"
        ).first { $0.int(0) }
        guard exists != nil else { return 0 }
        let found = try SQLStatement(database, "SELECT version FROM mainspring_schema").first { Int($0.int(0)) }
        guard let found, found > 0 else { throw StoreFailure.damaged("the version of the tables is missing") }
        guard found <= version else {
            throw MainspringError(
                .storeNewer, "the store at \(path) was written by a later version of Mainspring",
                hint: "Run that version or a later one; or start empty with another path")
        }
        return found
    }
}
