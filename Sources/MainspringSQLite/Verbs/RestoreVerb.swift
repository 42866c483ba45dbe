import GRDB
import MainspringCore
import MainspringStore

extension StoreTransaction {
    func restore(_ snapshots: [JobSnapshot], fired: [String: Timestamp], now: Timestamp) throws -> [RestoreResult] {
        for (schedule, instant) in fired {
            try statement(Self.fire).bind(schedule, instant).run()
            try trimOccurrences(of: schedule)
        }
        guard !snapshots.isEmpty else { return [] }
        news.formUnion(.all)
        let restoration = try Restoration(self, now: now)
        return try snapshots.map { try restoration.restore($0.atRest) }
    }

    private static let fire = """
        INSERT INTO mainspring_occurrence (schedule, instant)
        SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM mainspring_occurrence WHERE schedule = ?1 AND instant >= ?2)
        """
}

/// The statements of one restore verb.
private struct Restoration {
    private let transaction: StoreTransaction
    private let now: Timestamp
    private let row: SQLStatement
    private let history: History

    init(_ transaction: StoreTransaction, now: Timestamp) throws {
        self.transaction = transaction
        self.now = now
        row = try transaction.statement(Self.row)
        history = try History(transaction)
    }

    private static let row = """
        INSERT INTO mainspring_job (id, kind, version, queue, state, priority, rank, attempt, max_attempts, snoozes, rescues,
            max_rescues, created_at, scheduled_at, started_at, finished_at, cancel_requested_at, deadline, heartbeat_at,
            progress, progress_message, history, unique_mask, unique_rule, unique_until, unique_key, schedule, parent, tags,
            error_code, error_message, error_detail, metadata, args, result)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24,
            ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35)
        ON CONFLICT DO NOTHING
        """

    func restore(_ snapshot: JobSnapshot) throws -> RestoreResult {
        var record = snapshot.record
        if record.state == .pending {
            guard try transaction.find(record.id) == nil else { return .duplicate }
            try findItsHolder(&record)
        }
        // Usually nothing is in its way.
        if try write(record, snapshot.attempts) { return .restored }
        guard try transaction.find(record.id) == nil else { return .duplicate }
        var result = RestoreResult.restored
        if let holder = try record.unique.flatMap({ try transaction.holder(of: $0.key, now: now) }) {
            result = record.resign(to: holder.job.id, now: now)
        }
        guard try write(record, snapshot.attempts) else {
            throw StoreFailure.damaged("an index holds a job that is not there")
        }
        return result
    }

    /// A job that waits for the end of another goes on waiting when that is there.
    private func findItsHolder(_ record: inout JobRecord) throws {
        let holder = try record.awaitedKey.flatMap { try transaction.holder(of: $0, now: now) }
        if let holder, !holder.job.state.isFinal {
            try transaction.follow(holder)
        } else {
            record.waitNoLonger(now: now)
        }
    }

    /// False when an index refused it.
    private func write(_ record: JobRecord, _ attempts: [JobSnapshot.EndedAttempt]) throws -> Bool {
        let (hold, error, progress) = (record.unique, record.error, record.progress)
        let tags = record.tags.isEmpty ? nil : record.tags.jsonText
        let metadata = record.metadata.isEmpty ? nil : record.metadata.jsonText
        let written = try row.bind(
            record.id, record.kind, record.version, record.queue, record.state, record.priority.code,
            record.priority.rank(availableAt: record.scheduledAt), record.attempt, record.maxAttempts, record.snoozes,
            record.rescues, record.maxRescues, record.createdAt, record.scheduledAt, record.startedAt,
            record.finishedAt, record.cancelRequestedAt, record.deadline, record.heartbeatAt, progress?.storedFraction,
            progress?.message, attempts.count, hold.mask, hold.ruleCode, hold?.until, hold?.key, record.schedule,
            record.parent, tags, error?.code, error?.message, error?.detail, metadata, record.arguments, record.result
        ).run()
        guard written > 0 else { return false }
        transaction.count(record.queue, record.state, 1)
        transaction.reach(.stepped)
        guard !attempts.isEmpty else { return true }
        let seq = transaction.database.lastInsertedRowID
        for (offset, attempt) in attempts.enumerated() {
            try history.append(attempt.record, output: attempt.output, to: seq, at: offset + 1)
        }
        return true
    }
}
