import MainspringCore
import MainspringStore

extension StoreTransaction {
    func insert(_ groups: [[NewJob]]) throws -> [[InsertResult]] {
        let insertion = try Insertion(self)
        return try groups.map { group in
            // A single job writes nothing when it is refused.
            if group.count == 1 { return [try insertion.insert(group[0])] }
            return try self.group {
                let results = try group.map { try insertion.insert($0) }
                guard results.contains(where: \.isRefusal) else { return (results, true) }
                return (InsertGroup.refused(results, of: group), false)
            }
        }
    }
}

/// The statements of one insert verb.
private struct Insertion {
    private let transaction: StoreTransaction
    private let row: SQLStatement

    init(_ transaction: StoreTransaction) throws {
        self.transaction = transaction
        row = try transaction.statement(
            """
            INSERT INTO job (id, kind, queue, state, priority, rank, max_attempts, created_at, scheduled_at, tags,
                unique_key, unique_mask, schedule, args)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) ON CONFLICT DO NOTHING
            """)
    }

    func insert(_ new: NewJob) throws -> InsertResult {
        let record = new.record
        if let occurrence = new.occurrence, try hasFired(occurrence) { return .alreadyFired }
        let fullAt = try new.queueLimit.flatMap { try transaction.waiting(in: record.queue) >= $0 ? $0 : nil }
        // Usually the row itself finds the conflict; but what is there already goes before these two.
        if fullAt != nil || new.occurrence?.skipsOverlap == true, let conflict = try conflict(with: new) {
            return try fire(new, conflict)
        }
        if let fullAt { return .queueFull(limit: fullAt) }
        if try write(record) == 0 {
            guard let conflict = try conflict(with: new) else {
                throw StoreFailure.damaged("an index holds a job that is not there")
            }
            return try fire(new, conflict)
        }
        transaction.count(record.queue, record.state, 1)
        transaction.reach(.stepped)
        return try fire(new, .inserted(record))
    }

    private func write(_ record: JobRecord) throws -> Int {
        try row.bind(
            record.id, record.kind, record.queue, record.state, record.priority.code,
            record.priority.rank(availableAt: record.scheduledAt), record.maxAttempts, record.createdAt,
            record.scheduledAt,
            record.tags.isEmpty ? nil : record.tags.jsonText, record.unique?.key, JobState.mask(of: record.unique?.states ?? []),
            record.schedule, record.arguments
        ).run()
    }

    /// What is there already, in the order of the contract: the id, an earlier job of the schedule, the unique key.
    private func conflict(with new: NewJob) throws -> InsertResult? {
        let record = new.record
        let same = try transaction.statement("SELECT \(JobColumns.list) FROM job WHERE id = ?").bind(record.id).first {
            try $0.job()
        }
        if let same {
            let isSame = same.kind == record.kind && same.queue == record.queue && same.arguments == record.arguments
            return isSame ? .duplicate(same) : .idConflict
        }
        if let occurrence = new.occurrence, occurrence.skipsOverlap {
            let sql = """
                SELECT id FROM job INDEXED BY job_schedule
                WHERE schedule = ? AND schedule IS NOT NULL AND state < 5 ORDER BY seq LIMIT 1
                """
            let earlier = try transaction.statement(sql).bind(occurrence.schedule).first { $0.text(0) }
            if let id = earlier.flatMap(JobID.init(rawValue:)) { return .overlapped(id) }
        }
        guard let key = record.unique?.key, record.unique?.states.contains(record.state) == true else { return nil }
        return try transaction.holder(of: key).map { .duplicate($0.job) }
    }

    // MARK: Occurrences

    private func hasFired(_ occurrence: ScheduleOccurrence) throws -> Bool {
        let sql = """
            SELECT EXISTS (SELECT 1 FROM occurrence WHERE schedule = ?1 AND instant = ?2)
                OR coalesce(?2 < (SELECT instant FROM occurrence WHERE schedule = ?1 ORDER BY instant DESC LIMIT 1 OFFSET ?3), 0)
            """
        return try transaction.statement(sql)
            .bind(occurrence.schedule, occurrence.instant, StoreLimits.occurrencesPerSchedule - 1).first {
                $0.int(0) != 0
            } ?? false
    }

    private func fire(_ new: NewJob, _ result: InsertResult) throws -> InsertResult {
        guard let occurrence = new.occurrence, !result.isRefusal else { return result }
        try transaction.statement("INSERT INTO occurrence (schedule, instant) VALUES (?, ?)")
            .bind(occurrence.schedule, occurrence.instant).run()
        let trim = """
            DELETE FROM occurrence WHERE schedule = ?1
                AND instant <= (SELECT instant FROM occurrence WHERE schedule = ?1 ORDER BY instant DESC LIMIT 1 OFFSET ?2)
            """
        try transaction.statement(trim).bind(occurrence.schedule, StoreLimits.occurrencesPerSchedule).run()
        transaction.reach(.stepped)
        return result
    }
}

extension StoreTransaction {
    /// The job that holds a unique key now.
    func holder(of key: String) throws -> (seq: Int64, job: JobRecord)? {
        let sql = """
            SELECT \(JobColumns.list) FROM job INDEXED BY job_unique
            WHERE unique_key = ? AND unique_key IS NOT NULL AND ((unique_mask >> state) & 1)
            """
        return try statement(sql).bind(key).first { ($0.seq, try $0.job()) }
    }
}
