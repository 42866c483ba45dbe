import GRDB
public import MainspringCore
public import MainspringStore
import Synchronization

/// The spool of a node: one SQLite file in its state folder, which one process at a time uses.
///
/// Each step that returned survives a power cut. Appends that come while the disk is busy with others share the next commit.
public final class SQLiteSpool: Spool {
    private struct Row: Sendable {
        var kind: SpoolEntry.Kind
        var jobs: Int
        var bytes: [UInt8]
    }

    private struct Append: Sendable {
        var rows: [Row]
        var now: Timestamp
        var answer: @Sendable (Result<[Int64], any Error>) -> Void
        var size: Int { rows.reduce(0) { $0 + $1.bytes.count } }
        var jobs: Int { rows.reduce(0) { $0 + $1.jobs } }
    }

    private struct State {
        var tally: SpoolTally
        var waiting: [Append] = []
        /// A commit will take what waits.
        var isScheduled = false
        var isClosed = false
        var commits = 0
        /// The most that it held since it was small.
        var peak = 0

        mutating func count(_ append: Append) {
            tally.jobs += append.jobs
            tally.bytes += append.size
            tally.ends += append.rows.count { $0.kind == .ends }
            tally.oldestAt = tally.oldestAt ?? append.now
            peak = max(peak, tally.bytes)
        }
    }

    public let bounds: SpoolBounds
    private let pool: DatabasePool
    private let failure: StoreFailure
    private let state: Mutex<State>

    /// Below this the file is not made smaller when it is empty.
    private static let smallFile = 4 << 20

    /// Opens the file, or makes it with mode 0600, and reads all that it holds but the jobs themselves.
    ///
    /// Throws `store_corrupt`, `store_read_only`, `store_full`, `store_newer`, or `configuration` for a network file system; the
    /// file is left as it was.
    public convenience init(path: String, bounds: SpoolBounds = SpoolBounds()) throws {
        try self.init(path: path, bounds: bounds, pageLimit: nil)
    }

    /// `pageLimit`: a bound on the file, as a full disk is one.
    package init(path: String, bounds: SpoolBounds = SpoolBounds(), pageLimit: Int?) throws {
        self.bounds = bounds
        failure = StoreFailure(path: path)
        do {
            pool = try StoreFile.open(path, busyTimeout: .seconds(5))
            try pool.write { try Self.migrate($0, path: path) }
            try pool.writeWithoutTransaction { database in
                // GRDB's own setup of a pool sets NORMAL, so this comes after it.
                try database.execute(sql: "PRAGMA synchronous = FULL")
                if let pageLimit { try database.execute(sql: "PRAGMA max_page_count = \(pageLimit)") }
            }
            state = Mutex(State(tally: try pool.read(Self.tally)))
        } catch {
            throw failure.error(for: error)
        }
    }

    public var tally: SpoolTally { state.withLock { $0.tally } }

    // MARK: Steps

    /// `@concurrent`: see `SQLiteJobStore`.
    @concurrent public func append(_ entries: [SpoolEntry], now: Timestamp) async throws -> [Int64] {
        guard !entries.isEmpty else { return [] }
        let rows = entries.map { Row(kind: $0.kind, jobs: $0.jobs, bytes: SpoolCodec.bytes(of: $0)) }
        return try await withCheckedThrowingContinuation { continuation in
            submit(Append(rows: rows, now: now) { continuation.resume(with: $0) })
        }
    }

    private func submit(_ append: Append) {
        let result: Result<Bool, any Error> = state.withLock { state in
            if state.isClosed { return .failure(closed) }
            do {
                var tally = state.tally
                tally.jobs += state.waiting.reduce(0) { $0 + $1.jobs }
                tally.bytes += state.waiting.reduce(0) { $0 + $1.size }
                try bounds.check(tally, adding: append.jobs, append.size)
            } catch {
                return .failure(error)
            }
            state.waiting.append(append)
            defer { state.isScheduled = true }
            return .success(!state.isScheduled)
        }
        switch result {
        case .failure(let error): append.answer(.failure(error))
        case .success(true): commit()
        case .success(false): break
        }
    }

    private func commit() {
        let taken = Mutex<[Append]?>(nil)
        pool.asyncWrite { database in
            let appends = self.take()
            taken.withLock { $0 = appends }
            let insert = try SQLStatement(
                database, "INSERT INTO mainspring_spool (kind, jobs, at, body) VALUES (?, ?, ?, ?)")
            return try appends.map { append in
                try append.rows.map { row in
                    try insert.bind(row.kind.code, row.jobs, append.now, row.bytes).run()
                    return database.lastInsertedRowID
                }
            }
        } completion: { [failure] _, result in
            // The transaction may have failed before it took anything.
            let appends = taken.withLock { $0 } ?? self.take()
            switch result {
            case .success(let numbers):
                self.state.withLock { state in
                    state.commits += 1
                    for append in appends { state.count(append) }
                }
                for (append, numbers) in zip(appends, numbers) { append.answer(.success(numbers)) }
            case .failure(let error):
                let known = failure.error(for: error)
                for append in appends { append.answer(.failure(known)) }
            }
        }
    }

    private func take() -> [Append] {
        state.withLock { state in
            defer { state.waiting = [] }
            state.isScheduled = false
            return state.waiting
        }
    }

    public func entries(of kind: SpoolEntry.Kind, after number: Int64, limit: Int) async throws -> [SpooledEntry] {
        try checkOpen()
        do {
            return try await pool.look { database in
                let sql = "SELECT n, at, body FROM mainspring_spool WHERE kind = ? AND n > ? ORDER BY n LIMIT ?"
                return try SQLStatement(database, sql).bind(kind.code, number, limit).rows { row in
                    let entry = try SpoolCodec.entry(of: kind, row.bytes(2))
                    return SpooledEntry(number: row.int(0), at: row.time(1), entry: entry)
                }
            }
        } catch {
            throw failure.error(for: error)
        }
    }

    public func remove(_ numbers: [Int64]) async throws {
        guard !numbers.isEmpty else { return }
        let (removed, oldest) = try await write { database in
            let delete = try SQLStatement(
                database, "DELETE FROM mainspring_spool WHERE n = ? RETURNING kind, jobs, length(body)")
            var removed = SpoolTally()
            for number in numbers {
                try delete.bind(number).forEachRow { row in
                    removed.ends += row.int(0) == SpoolEntry.Kind.ends.code ? 1 : 0
                    removed.jobs += Int(row.int(1))
                    removed.bytes += Int(row.int(2))
                }
            }
            return (removed, try Self.oldest(database))
        }
        let shrinks = state.withLock { state in
            state.tally.jobs -= removed.jobs
            state.tally.ends -= removed.ends
            state.tally.bytes -= removed.bytes
            state.tally.oldestAt = oldest
            guard state.tally.bytes == 0, state.peak > Self.smallFile else { return false }
            state.peak = 0
            return true
        }
        // The disk is not given back otherwise. When it fails, the file stays as large as it was.
        if shrinks { try? await pool.vacuum() }
    }

    public func epoch() async throws -> StoreEpoch? {
        try await write { database in
            let text = try SQLStatement(database, "SELECT server, data FROM mainspring_spool_epoch").first {
                StoreEpoch(server: $0.text(0), data: $0.text(1))
            }
            return text
        }
    }

    public func remember(_ epoch: StoreEpoch) async throws {
        try await write { database in
            try SQLStatement(database, "DELETE FROM mainspring_spool_epoch").run()
            try SQLStatement(database, "INSERT INTO mainspring_spool_epoch VALUES (?, ?)")
                .bind(epoch.server, epoch.data).run()
        }
    }

    private func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try checkOpen()
        do {
            return try await pool.write(body)
        } catch {
            throw failure.error(for: error)
        }
    }

    private func checkOpen() throws {
        if state.withLock({ $0.isClosed }) { throw closed }
    }

    private var closed: MainspringError { MainspringError(.storeFailed, "the spool at \(failure.path) is closed") }

    public func close() async throws {
        let isFirst = state.withLock { state in
            defer { state.isClosed = true }
            return !state.isClosed
        }
        guard isFirst else { return }
        do {
            try await pool.barrierWriteWithoutTransaction { _ in }
            try StoreFile.close(pool)
        } catch {
            throw failure.error(for: error)
        }
    }

    // MARK: The file

    private static func migrate(_ database: Database, path: String) throws {
        let found = try SQLStatement(database, "PRAGMA user_version").first { $0.int(0) } ?? 0
        guard found <= 1 else {
            throw MainspringError(
                .storeNewer, "the spool at \(path) was written by a later version of Mainspring",
                hint: "Run that version once more, until its spool is empty.")
        }
        try database.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS mainspring_spool (
                    n INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL, jobs INTEGER NOT NULL,
                    at INTEGER NOT NULL, body BLOB NOT NULL);
                CREATE INDEX IF NOT EXISTS mainspring_spool_kind ON mainspring_spool (kind, n);
                CREATE TABLE IF NOT EXISTS mainspring_spool_epoch (server TEXT NOT NULL, data TEXT NOT NULL);
                PRAGMA user_version = 1;
                """)
    }

    private static func tally(_ database: Database) throws -> SpoolTally {
        let sql =
            "SELECT coalesce(sum(jobs), 0), coalesce(sum(kind = 1), 0), coalesce(sum(length(body)), 0) FROM mainspring_spool"
        var tally =
            try SQLStatement(database, sql).first { row in
                SpoolTally(jobs: Int(row.int(0)), ends: Int(row.int(1)), bytes: Int(row.int(2)))
            } ?? SpoolTally()
        tally.oldestAt = try oldest(database)
        return tally
    }

    private static func oldest(_ database: Database) throws -> Timestamp? {
        try SQLStatement(database, "SELECT at FROM mainspring_spool ORDER BY n LIMIT 1").first { $0.time(0) }
    }

    /// Of appends, so far.
    package var commits: Int { state.withLock { $0.commits } }

    /// `PRAGMA synchronous` of the connection that writes, for the tests.
    package func synchronous() async throws -> Int {
        try await pool.writeWithoutTransaction { database in
            try SQLStatement(database, "PRAGMA synchronous").first { Int($0.int(0)) } ?? -1
        }
    }
}

extension SpoolEntry.Kind {
    /// As the file has it; it never changes.
    fileprivate var code: Int64 {
        switch self {
        case .jobs: 0
        case .ends: 1
        case .notes: 2
        }
    }
}
