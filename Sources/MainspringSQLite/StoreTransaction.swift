import GRDB
import MainspringCore
import MainspringStore

/// One step: its statements, what it does to the counters, and what it has to tell.
final class StoreTransaction {
    let database: Database
    let verb: StoreVerb
    let checksTokens: Bool
    /// The same for everything in the step.
    private(set) lazy var steady = SteadyTime(time)
    /// What others may want to know once this is committed.
    var news: StoreNews = []
    private let time: any TimeSource
    private let hook: CrashHook?
    private var counters = Counters()

    init(database: Database, verb: StoreVerb, time: any TimeSource, checksTokens: Bool, hook: CrashHook?) {
        self.database = database
        self.verb = verb
        self.time = time
        self.checksTokens = checksTokens
        self.hook = hook
    }

    func statement(_ sql: String) throws -> SQLStatement {
        try SQLStatement(database, sql)
    }

    func reach(_ point: CrashPoint) {
        hook?(verb, point)
    }

    func find(_ id: JobID) throws -> StoredJob? {
        try statement(JobColumns.byID).bind(id).first { try $0.stored() }
    }

    // MARK: Counters

    func count(_ queue: String, _ state: JobState, _ change: Int) {
        counters.count(queue, state, change)
    }

    func countParked(_ queue: String, _ change: Int) {
        counters.countParked(queue, change)
    }

    func move(_ queue: String, from old: JobState, to new: JobState, count moved: Int = 1) {
        guard old != new, moved != 0 else { return }
        counters.count(queue, old, -moved)
        counters.count(queue, new, moved)
    }

    func waiting(in queue: String) throws -> Int {
        if let known = counters.waiting(in: queue) { return known }
        let sql = "SELECT coalesce(sum(n), 0) FROM mainspring_tally WHERE queue = ? AND state IN (0, 1, 2, 4)"
        return counters.set(stored: try statement(sql).bind(queue).first { Int($0.int(0)) } ?? 0, waitingIn: queue)
    }

    /// Writes the counters' changes; the last step of every verb.
    func writeCounters() throws {
        var add: SQLStatement?
        try counters.forEachChange { queue, code, change in
            let statement = try add ?? statement(Self.add)
            add = statement
            try statement.bind(queue, code, change).run()
            reach(.stepped)
        }
        counters = Counters()
    }

    private static let add = """
        INSERT INTO mainspring_tally (queue, state, n) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET n = n + excluded.n
        """

    // MARK: Parts of a step

    /// Undoes what `body` wrote when it says so.
    func group<Value>(_ body: () throws -> (value: Value, keeps: Bool)) throws -> Value {
        let before = (counters, news)
        try statement("SAVEPOINT mainspring_part").run()
        let (value, keeps) = try body()
        if !keeps {
            try statement("ROLLBACK TO mainspring_part").run()
            (counters, news) = before
        }
        try statement("RELEASE mainspring_part").run()
        return value
    }
}
