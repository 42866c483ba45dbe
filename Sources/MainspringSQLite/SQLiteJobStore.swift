import GRDB
import Glibc
public import MainspringCore
public import MainspringStore
import Synchronization

/// The default store: one SQLite file, in which every returned step survives the death of the process.
///
/// One connection writes, one step at a time; others read. Steps are not cut short by the cancellation of the calling
/// task: a worker that is being stopped can still settle.
public final class SQLiteJobStore: JobStore {
    /// What an acknowledged write survives besides the death of the process.
    public enum Durability: String, Sendable, Hashable, CaseIterable {
        /// Also a power cut: each commit waits for the disk.
        case full
        /// A power cut may lose the last commits, but never the file's order.
        case normal
    }

    private let pool: DatabasePool
    private let failure: StoreFailure
    private let checksTokens: Bool
    private let hook: CrashHook?
    private let searchWindow: Int64
    private let isClosed = Mutex(false)

    public var name: String { "sqlite" }

    /// Opens the file, or makes it with mode 0600, and brings its tables up to date.
    ///
    /// Looks at the header, the schema and the first page of every table; damage deeper in the file is found when it is
    /// read. Throws `store_corrupt`, `store_read_only` (also when the folder is missing), `store_full`, `store_busy`
    /// (another process writes for longer than `busyTimeout`), `store_newer` when a later version wrote the file, or
    /// `configuration` when it is on a network file system; the file is left as it was.
    public convenience init(
        path: String, durability: Durability = .full, busyTimeout: Duration = .seconds(5)
    ) throws {
        try self.init(path: path, durability: durability, busyTimeout: busyTimeout, checksTokens: true, hook: nil)
    }

    /// With what only tests ask for: no token checks, a hook between the steps, a bound on the file's pages,
    /// and a shorter look for queries with filters.
    package init(
        path: String, durability: Durability = .full, busyTimeout: Duration = .seconds(5), checksTokens: Bool = true,
        hook: CrashHook?, pageLimit: Int? = nil, searchWindow: Int64 = 10_000
    ) throws {
        failure = StoreFailure(path: path)
        self.checksTokens = checksTokens
        self.hook = hook
        self.searchWindow = searchWindow
        do {
            pool = try Self.open(path: path, busyTimeout: busyTimeout)
            try Self.prepare(pool, durability: durability, pageLimit: pageLimit)
        } catch {
            throw failure.error(for: error)
        }
    }

    private static func open(path: String, busyTimeout: Duration) throws -> DatabasePool {
        try FileSystemKind.requireLocal(path)
        // SQLite would make the file readable to all; its companions take over the mode of the file.
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw DatabaseError(resultCode: .SQLITE_CANTOPEN, message: String(cString: strerror(errno)))
        }
        Glibc.close(descriptor)
        var configuration = Configuration()
        configuration.label = "mainspring"
        configuration.foreignKeysEnabled = false
        configuration.busyMode = .timeout(busyTimeout.inSeconds)
        return try DatabasePool(path: path, configuration: configuration)
    }

    private static func prepare(_ pool: DatabasePool, durability: Durability, pageLimit: Int?) throws {
        try pool.read { database in
            guard try Schema.migrator.hasBeenSuperseded(database) else { return }
            throw MainspringError(
                .storeNewer, "the store at \(pool.path) was written by a later version of Mainspring",
                hint: "Run that version or a later one; or start empty with another path")
        }
        try Schema.migrator.migrate(pool)
        try pool.writeWithoutTransaction { database in
            // GRDB's own setup of a pool sets NORMAL, so this comes after it.
            try database.execute(sql: "PRAGMA synchronous = \(durability.rawValue)")
            // In KiB, for the front of the queue and the ends of the indexes; SQLite's own 2 MiB are soon read anew.
            try database.execute(sql: "PRAGMA cache_size = -16384")
            if let pageLimit { try database.execute(sql: "PRAGMA max_page_count = \(pageLimit)") }
            for table in Schema.tables {
                _ = try SQLStatement(database, "SELECT 1 FROM \(table) LIMIT 1").first { $0.int(0) }
            }
        }
    }

    // MARK: Steps

    /// `@concurrent`, here and below, because of the compiler: with optimization (6.3.1) a function that runs on its
    /// caller's actor and ends in a continuation leaves the caller on the thread that resumed it.
    @concurrent private func write<Value: Sendable>(
        _ verb: StoreVerb, _ body: @escaping @Sendable (StoreTransaction) throws -> Value
    ) async throws -> Value {
        try checkOpen()
        return try await withCheckedThrowingContinuation { continuation in
            pool.asyncWrite { [checksTokens, hook] database in
                let transaction = StoreTransaction(
                    database: database, verb: verb, checksTokens: checksTokens, hook: hook)
                transaction.reach(.began)
                let value = try body(transaction)
                try transaction.writeCounters()
                transaction.reach(.written)
                return value
            } completion: { [hook, failure] _, result in
                if case .success = result { hook?(verb, .committed) }
                continuation.resume(with: result.mapError { failure.error(for: $0) })
            }
        }
    }

    @concurrent private func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try checkOpen()
        return try await withCheckedThrowingContinuation { continuation in
            pool.asyncRead { [failure] database in
                let result = Result { try body(try database.get()) }
                continuation.resume(with: result.mapError { failure.error(for: $0) })
            }
        }
    }

    private func checkOpen() throws {
        if isClosed.withLock({ $0 }) { throw MainspringError(.storeFailed, "the store at \(failure.path) is closed") }
    }

    // MARK: Verbs

    public func insert(_ groups: [[NewJob]], now: Timestamp) async throws -> [[InsertResult]] {
        try StoreChecks.check(groups)
        return try await write(.insert) { try $0.insert(groups) }
    }

    public func claim(_ request: ClaimRequest) async throws -> [Lease] {
        try await write(.claim) { try $0.claim(request) }
    }

    public func renew(_ tokens: [AttemptToken], until: Timestamp) async throws -> Renewal {
        try await write(.renew) { try $0.renew(tokens, until: until) }
    }

    public func settle(_ settlements: [Settlement]) async throws -> [SettleResult] {
        try StoreChecks.check(settlements)
        return try await write(.settle) { try $0.settle(settlements) }
    }

    public func promote(now: Timestamp, limit: Int) async throws -> Promotion {
        try await write(.promote) { try $0.promote(now: now, limit: limit) }
    }

    public func reclaim(owner: NodeIdentity, now: Timestamp, limit: Int) async throws -> [ReclaimedJob] {
        try await write(.reclaim) { try $0.reclaim(owner: owner, now: now, limit: limit) }
    }

    public func cancel(_ ids: [JobID], now: Timestamp) async throws -> [CancelResult] {
        try await write(.cancel) { try $0.cancel(ids, now: now) }
    }

    public func retry(_ id: JobID, now: Timestamp) async throws -> RetryResult {
        try await write(.retry) { try $0.retry(id, now: now) }
    }

    public func prune(finishedBefore: [JobState: Timestamp], limit: Int) async throws -> Int {
        try await write(.prune) { try $0.prune(finishedBefore: finishedBefore, limit: limit) }
    }

    public func setPaused(_ paused: Bool, queue: String) async throws {
        try await write(.setPaused) { try $0.setPaused(paused, queue: queue) }
    }

    // MARK: Questions

    public func job(_ id: JobID) async throws -> JobRecord? {
        try await read { try StoreReads(database: $0).job(id) }
    }

    public func attempts(of id: JobID) async throws -> [AttemptRecord]? {
        try await read { try StoreReads(database: $0).attempts(of: id) }
    }

    public func outputs(of id: JobID) async throws -> [AttemptLog] {
        try await read { try StoreReads(database: $0).outputs(of: id) }
    }

    public func jobs(matching query: JobQuery) async throws -> JobPage {
        try await read { [searchWindow] in try JobPages(database: $0, query: query, window: searchWindow).page() }
    }

    public func queues() async throws -> [QueueSummary] {
        try await read { try StoreReads(database: $0).queues() }
    }

    public func lastOccurrences() async throws -> [String: Timestamp] {
        try await read { try StoreReads(database: $0).lastOccurrences() }
    }

    public func close() async throws {
        let isFirst = isClosed.withLock { isClosed in
            defer { isClosed = true }
            return !isClosed
        }
        guard isFirst else { return }
        do {
            // GRDB closes its readers last, which cannot do what SQLite does at the last close: leave one whole file
            // behind. When another process reads just now, the log stays beside the file, and nothing is lost.
            _ = try? await pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
            try pool.close()
        } catch {
            throw failure.error(for: error)
        }
    }

    // MARK: For tests

    /// `PRAGMA synchronous` of the connection that writes.
    package func synchronous() async throws -> Int {
        try await pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA synchronous") ?? -1 }
    }

    /// As if the file had become read-only: root passes every permission, so a test cannot take one away.
    package func refuseWrites() async throws {
        try await pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA query_only = 1") }
    }
}
