public import GRDB
public import MainspringCore
public import MainspringRuntime
public import MainspringStore
import Synchronization

/// The default store: one SQLite file, in which every returned step survives the death of the process.
///
/// One connection writes, one step at a time; others read. Several processes of one host may use the same file. Steps are not
/// cut short by the cancellation of the calling task: a worker that is being stopped can still settle. A lease, and the life
/// of a node without a beat, last an hour at most.
public final class SQLiteJobStore: Sendable {
    /// What an acknowledged write survives besides the death of the process.
    public enum Durability: String, Sendable, Hashable, CaseIterable {
        /// Also a power cut: each commit waits for the disk.
        case full
        /// A power cut may lose the last commits, but never the file's order.
        case normal
    }

    let pool: DatabasePool
    let failure: StoreFailure
    let settings: StoreSettings
    private let time: any TimeSource
    private let news: NewsLine
    /// The pool is the application's: it is neither set up nor closed here.
    private let isShared: Bool
    private let isClosed = Mutex(false)

    /// Opens the file, or makes it with mode 0600, and brings its tables up to date.
    ///
    /// Looks at the header, the schema and the first page of every table; damage deeper in the file is found when it is
    /// read. Throws `store_corrupt`, `store_read_only` (also when the folder is missing), `store_full`, `store_busy`
    /// (another process writes for longer than `busyTimeout`), `store_newer` when a later version wrote the file, or
    /// `configuration` when it is on a network file system; the file is left as it was. Leases are counted on the monotonic
    /// clock of `time`, which all processes that use the file must share.
    public convenience init(
        path: String, durability: Durability = .full, busyTimeout: Duration = .seconds(5),
        time: any TimeSource = SystemTime()
    ) throws {
        try self.init(
            path: path, durability: durability, busyTimeout: busyTimeout, time: time, settings: StoreSettings())
    }

    /// With what only tests ask for.
    package convenience init(
        path: String, durability: Durability = .full, busyTimeout: Duration = .seconds(5),
        time: any TimeSource = SystemTime(), checksTokens: Bool = true, hook: CrashHook?, pageLimit: Int? = nil,
        searchWindow: Int64 = 10_000, rings: Bool = true
    ) throws {
        let settings = StoreSettings(
            checksTokens: checksTokens, hook: hook, pageLimit: pageLimit, searchWindow: searchWindow, rings: rings)
        try self.init(path: path, durability: durability, busyTimeout: busyTimeout, time: time, settings: settings)
    }

    private init(
        path: String, durability: Durability, busyTimeout: Duration, time: any TimeSource, settings: StoreSettings
    ) throws {
        failure = StoreFailure(path: path)
        self.settings = settings
        self.time = time
        isShared = false
        do {
            pool = try StoreFile.open(path, busyTimeout: busyTimeout)
            news = try NewsLine(database: path, rings: settings.rings)
            try StoreFile.prepare(pool, synchronous: durability.rawValue, pageLimit: settings.pageLimit)
        } catch {
            throw failure.error(for: error)
        }
    }

    /// A store whose tables stand in the application's own database, so that ``insert(_:now:in:)`` can be part of the
    /// application's transactions. All names begin with `mainspring_`.
    ///
    /// Brings its tables up to date. How durable a commit is, how long it waits for others, and when the pool is closed stay
    /// the application's business; close this store first. The application's observers are not told of changes in these tables.
    /// Throws like ``init(path:durability:busyTimeout:time:)``.
    public init(sharing pool: DatabasePool, time: any TimeSource = SystemTime()) throws {
        failure = StoreFailure(path: pool.path)
        settings = StoreSettings()
        self.time = time
        self.pool = pool
        isShared = true
        do {
            news = try NewsLine(database: pool.path, rings: settings.rings)
            try StoreFile.migrate(pool)
        } catch {
            throw failure.error(for: error)
        }
    }

    // MARK: Steps

    /// `@concurrent`, here and below, because of the compiler: with optimization (6.3.1) a function that runs on its
    /// caller's actor and ends in a continuation leaves the caller on the thread that resumed it.
    @concurrent func write<Value: Sendable>(
        _ verb: StoreVerb, _ body: @escaping @Sendable (StoreTransaction) throws -> Value
    ) async throws -> Value {
        try checkOpen()
        return try await withCheckedThrowingContinuation { continuation in
            // GRDB begins with BEGIN IMMEDIATE: a step waits for other processes before it has read anything, so none fails
            // because the file changed under it.
            pool.asyncWrite { [settings, time] database in
                let transaction = StoreTransaction(
                    database: database, verb: verb, time: time, checksTokens: settings.checksTokens, hook: settings.hook
                )
                transaction.reach(.began)
                let value = try body(transaction)
                try transaction.writeCounters()
                transaction.reach(.written)
                return (value, transaction.news)
            } completion: { [settings, news, failure] _, result in
                if case .success((_, let told)) = result {
                    settings.hook?(verb, .committed)
                    news.tell(told)
                }
                continuation.resume(with: result.map(\.0).mapError { failure.error(for: $0) })
            }
        }
    }

    @concurrent func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try checkOpen()
        do {
            return try await pool.look(body)
        } catch {
            throw failure.error(for: error)
        }
    }

    func checkOpen() throws {
        if isClosed.withLock({ $0 }) { throw MainspringError(.storeFailed, "the store at \(failure.path) is closed") }
    }

    var steady: SteadyTime { SteadyTime(time) }

    // MARK: In the application's transaction

    /// Writes new jobs as part of the application's transaction: they are there when it commits, and leave no trace when it
    /// does not. Otherwise like `insert(_:now:)`.
    ///
    /// `database` is a connection of the application that writes, to the file of this store. Other nodes hear of the jobs after
    /// the commit. After an error nothing of this call is written, and the transaction may go on unless SQLite ended it (a full
    /// disk).
    public func insert(_ groups: [[NewJob]], now: Timestamp, in database: Database) throws -> [[InsertResult]] {
        try checkOpen()
        try StoreChecks.check(groups)
        let transaction = StoreTransaction(
            database: database, verb: .insert, time: time, checksTokens: settings.checksTokens, hook: settings.hook)
        do {
            var results: [[InsertResult]] = []
            try database.inSavepoint {
                transaction.reach(.began)
                results = try transaction.insert(groups, now: now)
                try transaction.writeCounters()
                transaction.reach(.written)
                if !transaction.news.isEmpty {
                    database.afterNextTransaction { [news, told = transaction.news] _ in news.tell(told) }
                }
                return .commit
            }
            return results
        } catch {
            throw failure.error(for: error)
        }
    }

    // MARK: The end

    /// Waits for running steps, then closes; later calls throw. The last process that closes the file leaves it whole, without
    /// a log beside it.
    public func close() async throws {
        let isFirst = isClosed.withLock { isClosed in
            defer { isClosed = true }
            return !isClosed
        }
        guard isFirst else { return }
        news.close()
        do {
            // Behind every step that has begun.
            try await pool.barrierWriteWithoutTransaction { _ in }
            if !isShared { try StoreFile.close(pool) }
        } catch {
            throw failure.error(for: error)
        }
    }

    /// What is called when others wrote to the file.
    public func onNews(_ handler: (@Sendable (StoreNews) -> Void)?) { news.set(handler) }
}
