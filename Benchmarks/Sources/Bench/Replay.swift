import CSQLite
import MainspringCore
import MainspringRuntime

/// Runs recorded statements again, with the same values in the same transactions, through SQLite's C interface and nothing
/// else: the most that any job system over these statements could do.
struct Replay {
    private enum Action {
        case run(OpaquePointer, [BoundValue])
    }

    private let database: OpaquePointer
    private let actions: [Action]
    private let statements: [OpaquePointer]

    /// Prepares everything; the file must be a copy of the one that the recording began with.
    init(_ steps: [Recording.Step], path: String, synchronous: String) throws {
        var handle: OpaquePointer?
        guard sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK, let handle else {
            throw BenchError(description: "cannot open \(path)")
        }
        database = handle
        // As the store sets them.
        let setup = "PRAGMA journal_mode = WAL; PRAGMA synchronous = \(synchronous); PRAGMA cache_size = -16384"
        guard sqlite3_exec(handle, setup, nil, nil, nil) == SQLITE_OK else { throw Self.failure(handle) }
        var prepared: [String: OpaquePointer] = [:]
        actions = try steps.map { step in
            if let statement = prepared[step.sql] { return .run(statement, step.values) }
            var statement: OpaquePointer?
            guard
                sqlite3_prepare_v3(handle, step.sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
                    == SQLITE_OK,
                let statement
            else { throw Self.failure(handle) }
            prepared[step.sql] = statement
            return .run(statement, step.values)
        }
        statements = Array(prepared.values)
    }

    func run() throws -> Duration {
        let clock = SystemTime()
        let start = clock.monotonic()
        for case .run(let statement, let values) in actions {
            bind(statement, values)
            var code = sqlite3_step(statement)
            while code == SQLITE_ROW {
                // What the store reads of each row: every column.
                for column in 0..<sqlite3_column_count(statement) { _ = sqlite3_column_text(statement, column) }
                code = sqlite3_step(statement)
            }
            sqlite3_reset(statement)
            guard code == SQLITE_DONE else { throw Self.failure(database) }
        }
        return clock.monotonic() - start
    }

    /// Jobs in the state of that code.
    func count(state: Int) throws -> Int {
        var statement: OpaquePointer?
        sqlite3_prepare_v2(database, "SELECT count(*) FROM mainspring_job WHERE state = \(state)", -1, &statement, nil)
        defer { sqlite3_finalize(statement) }
        guard sqlite3_step(statement) == SQLITE_ROW else { throw Self.failure(database) }
        return Int(sqlite3_column_int64(statement, 0))
    }

    func close() {
        for statement in statements { sqlite3_finalize(statement) }
        sqlite3_close_v2(database)
    }

    private func bind(_ statement: OpaquePointer, _ values: [BoundValue]) {
        let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        for (index, value) in values.enumerated() {
            let place = Int32(index + 1)
            switch value {
            case .null: sqlite3_bind_null(statement, place)
            case .integer(let number): sqlite3_bind_int64(statement, place, number)
            case .real(let number): sqlite3_bind_double(statement, place, number)
            case .text(let text): sqlite3_bind_text(statement, place, text, -1, transient)
            case .blob(let bytes): sqlite3_bind_blob(statement, place, bytes, Int32(bytes.count), transient)
            }
        }
    }

    private static func failure(_ database: OpaquePointer) -> BenchError {
        BenchError(description: String(cString: sqlite3_errmsg(database)))
    }
}
