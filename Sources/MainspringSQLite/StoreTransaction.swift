import GRDB
import MainspringCore

/// One verb's transaction: its statements, and what it does to the counters.
final class StoreTransaction {
    private struct Tally: Hashable {
        var queue: String
        var state: JobState
    }

    let database: Database
    let verb: StoreVerb
    let checksTokens: Bool
    private let hook: CrashHook?
    private var deltas: [Tally: Int] = [:]
    /// Waiting jobs of the queues that were asked about, with what this transaction did.
    private var waiting: [String: Int] = [:]

    init(database: Database, verb: StoreVerb, checksTokens: Bool, hook: CrashHook?) {
        self.database = database
        self.verb = verb
        self.checksTokens = checksTokens
        self.hook = hook
    }

    func statement(_ sql: String) throws -> SQLStatement {
        try SQLStatement(database, sql)
    }

    func reach(_ point: CrashPoint) {
        hook?(verb, point)
    }

    // MARK: Counters

    func count(_ queue: String, _ state: JobState, _ change: Int) {
        deltas[Tally(queue: queue, state: state), default: 0] += change
        if state.isWaiting { waiting[queue]? += change }
    }

    func move(_ queue: String, from old: JobState, to new: JobState, count moved: Int = 1) {
        count(queue, old, -moved)
        count(queue, new, moved)
    }

    func waiting(in queue: String) throws -> Int {
        if let known = waiting[queue] { return known }
        let sql = "SELECT coalesce(sum(n), 0) FROM tally WHERE queue = ? AND state IN (0, 1, 2, 4)"
        let stored = try statement(sql).bind(queue).first { Int($0.int(0)) } ?? 0
        let changed = deltas.reduce(0) { $1.key.queue == queue && $1.key.state.isWaiting ? $0 + $1.value : $0 }
        waiting[queue] = stored + changed
        return stored + changed
    }

    /// Writes the counters' changes; the last step of every verb.
    func writeCounters() throws {
        let add = try statement(
            "INSERT INTO tally (queue, state, n) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET n = n + excluded.n")
        for (tally, change) in deltas where change != 0 {
            try add.bind(tally.queue, tally.state, change).run()
            reach(.stepped)
        }
        deltas = [:]
    }

    // MARK: Parts of a verb

    /// Undoes what `body` wrote when it says so.
    func group<Value>(_ body: () throws -> (value: Value, keeps: Bool)) throws -> Value {
        let before = (deltas, waiting)
        try statement("SAVEPOINT part").run()
        let (value, keeps) = try body()
        if !keeps {
            try statement("ROLLBACK TO part").run()
            (deltas, waiting) = before
        }
        try statement("RELEASE part").run()
        return value
    }

    /// Runs an update of one job; when another holds its unique key in the new state, the job gives the key up first.
    @discardableResult
    func run(_ update: SQLStatement, seq: Int64) throws -> Int {
        if let changes = try update.runUnlessConflict() { return changes }
        try statement("UPDATE job SET unique_key = NULL WHERE seq = ?").bind(seq).run()
        return try update.run()
    }
}
