import GRDB
import GRDBSQLite
import MainspringCore

/// A prepared statement of one connection, through SQLite's own interface: places instead of names, no boxed values.
///
/// Every use ends at the statement's end or in an error; both leave it ready for the next. Bindings stay until they are
/// replaced.
struct SQLStatement {
    /// The connection's cache owns it, but may drop it.
    private let owner: Statement
    private let handle: OpaquePointer

    init(_ database: Database, _ sql: String) throws {
        owner = try database.cachedStatement(sql: sql)
        handle = owner.sqliteStatement
    }

    func bind<each Value: SQLBindable>(_ values: repeat each Value) throws -> Self {
        var index: Int32 = 0
        for value in repeat each values {
            index += 1
            let code = value.bind(to: handle, at: index)
            if code != SQLITE_OK { throw failure(code) }
        }
        return self
    }

    /// Replaces one binding, or sets one of a number that is not fixed.
    func set(_ index: Int32, _ value: some SQLBindable) throws {
        let code = value.bind(to: handle, at: index)
        if code != SQLITE_OK { throw failure(code) }
    }

    /// Runs to the end. Returns how many rows it wrote.
    @discardableResult
    func run() throws -> Int {
        try forEachRow { _ in }
        return Int(sqlite3_changes(sqlite3_db_handle(handle)))
    }

    /// Like ``run()``; nil when a unique index refused it. The transaction goes on.
    func runUnlessConflict() throws -> Int? {
        try unlessConflict { try run() }
    }

    func unlessConflict<Value>(_ body: () throws -> Value) throws -> Value? {
        do {
            return try body()
        } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE {
            return nil
        }
    }

    func forEachRow(_ body: (SQLRow) throws -> Void) throws {
        defer { sqlite3_reset(handle) }
        while true {
            let code = sqlite3_step(handle)
            switch code {
            case SQLITE_ROW: try body(SQLRow(handle: handle))
            case SQLITE_DONE: return
            default: throw failure(code)
            }
        }
    }

    func rows<Value>(_ body: (SQLRow) throws -> Value) throws -> [Value] {
        var values: [Value] = []
        try forEachRow { values.append(try body($0)) }
        return values
    }

    /// The first row; the others are not made.
    func first<Value>(_ body: (SQLRow) throws -> Value) throws -> Value? {
        defer { sqlite3_reset(handle) }
        let code = sqlite3_step(handle)
        switch code {
        case SQLITE_ROW: return try body(SQLRow(handle: handle))
        case SQLITE_DONE: return nil
        default: throw failure(code)
        }
    }

    private func failure(_ code: Int32) -> DatabaseError {
        let connection = sqlite3_db_handle(handle)
        let extended = sqlite3_extended_errcode(connection)
        return DatabaseError(
            resultCode: ResultCode(rawValue: extended == SQLITE_OK ? code : extended),
            message: String(cString: sqlite3_errmsg(connection)))
    }
}

/// The row that a statement stands on, only valid until the next step.
struct SQLRow {
    fileprivate let handle: OpaquePointer

    func int(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func double(_ column: Int32) -> Double { sqlite3_column_double(handle, column) }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    func text(_ column: Int32) -> String {
        guard let start = sqlite3_column_text(handle, column) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    func textOrNil(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

    func bytes(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(handle, column) else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    func time(_ column: Int32) -> Timestamp { Timestamp(microseconds: int(column)) }

    func timeOrNil(_ column: Int32) -> Timestamp? { isNull(column) ? nil : time(column) }
}
