import CSQLite
import MainspringCore
import MainspringRuntime

struct BenchError: Error, CustomStringConvertible {
    let description: String
}

/// Drains the same file with the same statements in the same batches through SQLite's C interface, and nothing else: the
/// most that any job system over these statements could do.
struct RawDrain {
    /// Statement texts and batch sizes as the store was seen to use them.
    struct Plan {
        var claim = ""
        var settle = ""
        var history = ""
        var tally = ""
        var paused = ""
        var claimBatch = 0
        var settleBatch = 0

        init(_ trace: [String: Int], jobs: Int) throws {
            func find(_ what: String, _ matches: (String) -> Bool) throws -> (text: String, count: Int) {
                let found = trace.filter { matches($0.key) }
                guard let one = found.first, found.count == 1 else {
                    throw BenchError(description: "the store's \(what) statement changed; teach RawDrain its new form")
                }
                return (one.key, one.value)
            }
            let claims = try find("claim") { $0.hasPrefix("UPDATE job SET state = 3") && $0.contains("seq IN (") }
            let settles = try find("settle") { $0.hasPrefix("UPDATE job SET state = ?5") }
            claim = claims.text
            settle = settles.text
            history = try find("history") { $0.hasPrefix("INSERT INTO attempt") && !$0.contains("stdout") }.text
            tally = try find("tally") { $0.hasPrefix("INSERT INTO tally") }.text
            paused = try find("pause") { $0.hasPrefix("SELECT name FROM queue") }.text
            claimBatch = max(1, jobs / max(1, claims.count))
            // Every transaction of a drain is a claim or a settlement.
            let transactions = trace.filter { $0.key.hasPrefix("BEGIN IMMEDIATE") }.values.reduce(0, +)
            settleBatch = max(1, jobs / max(1, transactions - claims.count))
        }
    }

    let plan: Plan
    let database: OpaquePointer

    init(path: String, plan: Plan, full: Bool) throws {
        self.plan = plan
        var handle: OpaquePointer?
        guard sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK, let handle else {
            throw BenchError(description: "cannot open \(path)")
        }
        database = handle
        try execute(
            "PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON; PRAGMA synchronous = \(full ? "FULL" : "NORMAL")")
    }

    func drain(_ count: Int) throws -> Duration {
        let claim = try prepare(plan.claim, parameters: 8)
        let settle = try prepare(plan.settle, parameters: 17)
        let history = try prepare(plan.history, parameters: 6)
        let tally = try prepare(plan.tally, parameters: 3)
        let paused = try prepare(plan.paused, parameters: 0)
        let clock = SystemTime()
        let start = clock.monotonic()
        var taken: [(seq: Int64, id: String)] = []
        var next = 0
        var done = 0
        while done < count {
            if taken.count - next < plan.settleBatch {
                taken.removeFirst(next)
                next = 0
                try execute("BEGIN IMMEDIATE")
                _ = try step(paused)
                let now = clock.now().microseconds
                bind(
                    claim, "default", #"["nop"]"#, Int64(plan.claimBatch), now, "bench", "1", "0123456789abcdef.",
                    now + 60_000_000)
                var claimed = 0
                while try step(claim) {
                    // Read what the store reads of each row: every column.
                    for column in 0..<sqlite3_column_count(claim) { _ = sqlite3_column_text(claim, column) }
                    taken.append((sqlite3_column_int64(claim, 0), String(cString: sqlite3_column_text(claim, 1))))
                    claimed += 1
                }
                try self.count(tally, available: -claimed, running: claimed, completed: 0)
                try execute("COMMIT")
                if claimed == 0, next == taken.count {
                    throw BenchError(description: "the raw drain found no more jobs")
                }
            }
            try execute("BEGIN IMMEDIATE")
            let batch = taken[next..<min(next + plan.settleBatch, taken.count)]
            let now = clock.now().microseconds
            for job in batch {
                bind(
                    settle, job.seq, "0123456789abcdef.\(job.seq)", job.id, "default", Int64(5), Int64(1), Int64(0),
                    Int64(1), nil,
                    nil, now, now, nil, nil, nil, nil, Int64(1))
                _ = try step(settle)
                guard sqlite3_changes(database) == 1 else {
                    throw BenchError(description: "a raw settlement changed nothing")
                }
                bind(history, job.seq, Int64(1), Int64(0), now, now, "bench")
                while try step(history) {}
            }
            try self.count(tally, available: 0, running: -batch.count, completed: batch.count)
            try execute("COMMIT")
            next += batch.count
            done += batch.count
        }
        let end = clock.monotonic()
        for statement in [claim, settle, history, tally, paused] { sqlite3_finalize(statement) }
        sqlite3_close_v2(database)
        return end - start
    }

    private func count(_ tally: OpaquePointer, available: Int, running: Int, completed: Int) throws {
        for (state, change) in [(2, available), (3, running), (5, completed)] where change != 0 {
            bind(tally, "default", Int64(state), Int64(change))
            _ = try step(tally)
        }
    }

    private func prepare(_ sql: String, parameters: Int32) throws -> OpaquePointer {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v3(database, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil) == SQLITE_OK,
            let statement, sqlite3_bind_parameter_count(statement) == parameters
        else {
            throw BenchError(description: "the store's statements changed; teach RawDrain their parameters:\n\(sql)")
        }
        return statement
    }

    private func bind(_ statement: OpaquePointer, _ values: Any?...) {
        sqlite3_reset(statement)
        let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        for (index, value) in values.enumerated() {
            let place = Int32(index + 1)
            switch value {
            case let number as Int64: sqlite3_bind_int64(statement, place, number)
            case let text as String: sqlite3_bind_text(statement, place, text, -1, transient)
            default: sqlite3_bind_null(statement, place)
            }
        }
    }

    /// True while there is a row.
    private func step(_ statement: OpaquePointer) throws -> Bool {
        switch sqlite3_step(statement) {
        case SQLITE_ROW: return true
        case SQLITE_DONE:
            sqlite3_reset(statement)
            return false
        default: throw BenchError(description: String(cString: sqlite3_errmsg(database)))
        }
    }

    private func execute(_ sql: String) throws {
        guard sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK else {
            throw BenchError(description: String(cString: sqlite3_errmsg(database)))
        }
    }
}
