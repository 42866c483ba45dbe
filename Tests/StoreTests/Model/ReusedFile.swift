import GRDB
import MainspringSQLite
import MainspringTesting

/// One file for many sequences: to make and to open one costs as much as a sequence.
struct ReusedFile {
    let store: SQLiteJobStore
    private let queue: DatabaseQueue
    private let statements: [String]

    init(path: String, time: ManualTime) throws {
        store = try SQLiteJobStore(path: path, durability: .normal, time: time, hook: nil, rings: false)
        queue = try DatabaseQueue(path: path)
        let tables = try queue.read { database in
            try String.fetchAll(
                database,
                sql: """
                    SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'mainspring%'
                        AND name NOT IN ('mainspring_schema', 'mainspring_term')
                    """)
        }
        statements =
            tables.map { "DELETE FROM \($0)" }
            + ["UPDATE mainspring_term SET number = 0, name = NULL, incarnation = NULL"]
    }

    func empty() throws {
        try queue.write { database in
            for statement in statements { try database.cachedStatement(sql: statement).execute() }
        }
    }
}
