import MainspringCore
import MainspringStore

extension StoreTransaction {
    /// The job that holds a unique key now.
    func holder(of key: String) throws -> (seq: Int64, job: JobRecord)? {
        try statement(Self.holder).bind(key).first { ($0.seq, try $0.job()) }
    }

    private static let holder = """
        SELECT \(JobColumns.list) FROM mainspring_job INDEXED BY mainspring_job_unique
        WHERE unique_key = ? AND unique_key IS NOT NULL AND ((unique_mask >> state) & 1)
        """

    /// Runs an update of one job; when another holds its unique key in the new state, the job gives the key up first.
    @discardableResult
    func run(_ update: SQLStatement, seq: Int64) throws -> Int {
        if let changes = try update.runUnlessConflict() { return changes }
        try setHold(nil, of: seq)
        return try update.run()
    }

    /// Writes what a job holds, in its present state.
    func setHold(_ hold: UniqueHold?, of seq: Int64) throws {
        let sql = """
            UPDATE mainspring_job SET unique_key = ?2, unique_mask = ?3, unique_rule = ?4, unique_until = ?5 WHERE seq = ?1
            """
        try statement(sql).bind(seq, hold?.key, hold.mask, hold.ruleCode, hold?.until).run()
        reach(.stepped)
    }

    /// A job that had `hold` moved. Where that lets go of the key, whoever waits for it waits no longer. It cannot have given
    /// the key up instead: what it held before, no other did.
    func letGo(_ hold: UniqueHold?, from old: JobState, to new: JobState) throws {
        guard let hold, hold.onConflict == .keepLast, hold.states.contains(old), !hold.states.contains(new) else { return }
        try releaseFollower(of: hold)
    }

    /// The job that waits for the end of the one that held this (``UniqueConflict/keepLast``).
    func releaseFollower(of hold: UniqueHold) throws {
        guard let (seq, follower) = try holder(of: hold.following.key), follower.state == .pending else { return }
        let state: JobState = follower.scheduledAt > follower.createdAt ? .scheduled : .available
        let update = try statement("UPDATE mainspring_job SET state = ?2, unique_key = ?3 WHERE seq = ?1")
        if try update.bind(seq, state, follower.unique?.released.key).runUnlessConflict() == nil {
            try setHold(nil, of: seq)
            try update.bind(seq, state, nil as String?).run()
        }
        move(follower.queue, from: .pending, to: state)
        news.insert(.work)
        reach(.stepped)
    }
}

extension UniqueHold? {
    var mask: Int64 { self.map { JobState.mask(of: $0.states) } ?? 0 }
    var ruleCode: Int64 { self?.onConflict.code ?? 0 }
}
