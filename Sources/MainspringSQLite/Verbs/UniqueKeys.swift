import MainspringCore
import MainspringStore

extension StoreTransaction {
    /// The job that holds a unique key now.
    func holder(of key: String) throws -> StoredJob? {
        try statement(Self.holder).bind(key).first { try $0.stored() }
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

    /// Writes what a job holds in its present state: nothing, when another holds that.
    func setHold(_ hold: UniqueHold?, of seq: Int64) throws {
        let update = try statement(
            """
            UPDATE mainspring_job SET unique_key = ?2, unique_mask = ?3, unique_rule = ?4, unique_until = ?5 WHERE seq = ?1
            """)
        let written = try update.bind(seq, hold?.key, hold.mask, hold.ruleCode, hold?.until).runUnlessConflict()
        if written == nil { return try setHold(nil, of: seq) }
        reach(.stepped)
    }

    // MARK: Who waits for the end of another

    /// `holder` runs, and a newer job begins to wait for it.
    func follow(_ holder: StoredJob) throws {
        guard !holder.marks.contains(.followed) else { return }
        try statement("UPDATE mainspring_job SET marks = marks | 2 WHERE seq = ?").bind(holder.seq).run()
        reach(.stepped)
    }

    /// A job that was what `before` says came to `state`. When it ended, or lets go of its key there, whoever waits for that
    /// waits no longer. It cannot have given the key up: what it held before, no other did.
    func moved(_ before: StoredJob, to state: JobState, now: Timestamp) throws {
        guard before.marks.contains(.followed), let hold = before.job.unique else { return }
        let keeps = hold.states.contains(state) && !state.isFinal
        if hold.states.contains(before.job.state), !keeps { try releaseFollower(of: before, now: now) }
    }

    /// Takes the key from a job whose time is over.
    func free(_ holder: StoredJob, now: Timestamp) throws {
        try setHold(nil, of: holder.seq)
        if holder.marks.contains(.followed), !holder.job.state.isFinal { try releaseFollower(of: holder, now: now) }
    }

    private func releaseFollower(of before: StoredJob, now: Timestamp) throws {
        try statement("UPDATE mainspring_job SET marks = marks & ~2 WHERE seq = ?").bind(before.seq).run()
        reach(.stepped)
        guard let hold = before.job.unique, let follower = try holder(of: hold.following.key),
            follower.job.state == .pending
        else { return }
        let state: JobState = follower.job.scheduledAt > now ? .scheduled : .available
        try statement("UPDATE mainspring_job SET state = ?2 WHERE seq = ?1").bind(follower.seq, state).run()
        try setHold(follower.job.unique?.released, of: follower.seq)
        move(follower.job.queue, from: .pending, to: state)
        news.insert(.work)
    }
}

extension UniqueHold? {
    var mask: Int64 { self.map { JobState.mask(of: $0.states) } ?? 0 }
    var ruleCode: Int64 { self?.onConflict.code ?? 0 }
}
