import MainspringCore
import MainspringStore

extension StoreTransaction {
    func insert(_ groups: [[NewJob]], now: Timestamp) throws -> [[InsertResult]] {
        let insertion = try Insertion(self, now: now)
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
    private let now: Timestamp
    private let row: SQLStatement

    init(_ transaction: StoreTransaction, now: Timestamp) throws {
        self.transaction = transaction
        self.now = now
        row = try transaction.statement(Self.row)
    }

    private static let row = """
        INSERT INTO mainspring_job (id, kind, version, queue, state, priority, rank, max_attempts, max_rescues, created_at,
            scheduled_at, deadline, unique_mask, unique_rule, unique_until, unique_key, schedule, parent, tags, metadata, args)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)
        ON CONFLICT DO NOTHING
        """

    func insert(_ new: NewJob) throws -> InsertResult {
        if let term = new.occurrence?.term, try !transaction.holds(term) { return .staleTerm }
        if let parent = new.parent, try !transaction.holds(parent) { return .staleParent }
        if let occurrence = new.occurrence, try hasFired(occurrence) { return .alreadyFired }
        let queue = new.record.queue
        let fullAt = try new.queueLimit.flatMap { try transaction.waiting(in: queue) >= $0 ? $0 : nil }
        // Usually the row itself finds what is in its way; but that goes before the limit, and overlap before the key.
        if fullAt == nil, new.occurrence?.skipsOverlap != true, try write(new.record) {
            return try fire(new, .inserted(new.record))
        }
        return try insert(new, fullAt: fullAt)
    }

    /// With a look at everything that may be in its way, in the order of the contract.
    private func insert(_ new: NewJob, fullAt: Int?) throws -> InsertResult {
        var record = new.record
        if let same = try transaction.find(record.id)?.job {
            let isSame = same.kind == record.kind && same.queue == record.queue && same.arguments == record.arguments
            return try fire(new, isSame ? .duplicate(same) : .idConflict)
        }
        if let earlier = try overlap(of: new.occurrence) { return try fire(new, .overlapped(earlier)) }
        if let hold = record.unique, hold.states.contains(record.state),
            let holder = try transaction.holder(of: hold.key)
        {
            if let until = holder.job.unique?.until, until <= now { return try take(over: holder, new) }
            let follower = hold.onConflict == .keepLast ? try transaction.holder(of: hold.following.key) : nil
            switch UniqueResolution(hold.onConflict, holder: holder, holder.job.state, follower: follower) {
            case .refuse: return try fire(new, .duplicate(holder.job))
            case .replace(let waiting): return try fire(new, .replaced(try transaction.replace(waiting, with: record)))
            case .follow:
                record.unique = hold.following
                record.state = .pending
                if fullAt == nil { try transaction.follow(holder) }
            }
        }
        if let fullAt { return .queueFull(limit: fullAt) }
        guard try write(record) else { throw StoreFailure.damaged("an index holds a job that is not there") }
        return try fire(new, .inserted(record))
    }

    /// The holder's time is over: the key is free, unless the new job is refused all the same.
    private func take(over holder: StoredJob, _ new: NewJob) throws -> InsertResult {
        try transaction.group {
            try transaction.free(holder, now: now)
            let result = try insert(new)
            return (result, !result.isRefusal)
        }
    }

    /// False when an index refused it.
    private func write(_ record: JobRecord) throws -> Bool {
        let hold = record.unique
        let written = try row.bind(
            record.id, record.kind, record.version, record.queue, record.state, record.priority.code,
            record.priority.rank(availableAt: record.scheduledAt), record.maxAttempts, record.maxRescues,
            record.createdAt, record.scheduledAt, record.deadline, hold.mask, hold.ruleCode, hold?.until, hold?.key,
            record.schedule, record.parent, record.tags.isEmpty ? nil : record.tags.jsonText,
            record.metadata.isEmpty ? nil : record.metadata.jsonText, record.arguments
        ).run()
        guard written > 0 else { return false }
        transaction.count(record.queue, record.state, 1)
        transaction.news.insert(.work)
        transaction.reach(.stepped)
        return true
    }

    // MARK: Occurrences

    private func overlap(of occurrence: ScheduleOccurrence?) throws -> JobID? {
        guard let occurrence, occurrence.skipsOverlap else { return nil }
        let sql = """
            SELECT id FROM mainspring_job INDEXED BY mainspring_job_schedule
            WHERE schedule = ? AND schedule IS NOT NULL AND state < 5 ORDER BY seq LIMIT 1
            """
        return try transaction.statement(sql).bind(occurrence.schedule).first { $0.text(0) }.flatMap(
            JobID.init(rawValue:))
    }

    private func hasFired(_ occurrence: ScheduleOccurrence) throws -> Bool {
        let sql = """
            SELECT EXISTS (SELECT 1 FROM mainspring_occurrence WHERE schedule = ?1 AND instant = ?2)
                OR coalesce(?2 < (SELECT instant FROM mainspring_occurrence WHERE schedule = ?1
                    ORDER BY instant DESC LIMIT 1 OFFSET ?3), 0)
            """
        return try transaction.statement(sql)
            .bind(occurrence.schedule, occurrence.instant, StoreLimits.occurrencesPerSchedule - 1).first {
                $0.int(0) != 0
            } ?? false
    }

    private func fire(_ new: NewJob, _ result: InsertResult) throws -> InsertResult {
        guard let occurrence = new.occurrence, !result.isRefusal else { return result }
        try transaction.statement("INSERT INTO mainspring_occurrence (schedule, instant) VALUES (?, ?)")
            .bind(occurrence.schedule, occurrence.instant).run()
        try transaction.trimOccurrences(of: occurrence.schedule)
        return result
    }
}

extension StoreTransaction {
    /// Forgets the oldest instants of a schedule that has too many.
    func trimOccurrences(of schedule: String) throws {
        let trim = """
            DELETE FROM mainspring_occurrence WHERE schedule = ?1 AND instant <= (
                SELECT instant FROM mainspring_occurrence WHERE schedule = ?1 ORDER BY instant DESC LIMIT 1 OFFSET ?2)
            """
        try statement(trim).bind(schedule, StoreLimits.occurrencesPerSchedule).run()
        reach(.stepped)
    }
}
