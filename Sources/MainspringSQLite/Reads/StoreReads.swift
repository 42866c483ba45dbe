import GRDB
import MainspringCore
import MainspringStore

/// The questions, each on one connection that sees one moment of the file.
struct StoreReads {
    let database: Database

    func job(_ id: JobID) throws -> JobRecord? {
        try SQLStatement(database, "SELECT \(JobColumns.list) FROM job WHERE id = ?").bind(id).first { try $0.job() }
    }

    func attempts(of id: JobID) throws -> [AttemptRecord]? {
        let found = try SQLStatement(database, "SELECT \(JobColumns.list) FROM job WHERE id = ?").bind(id)
            .first { ($0.seq, try $0.job()) }
        guard let (seq, job) = found else { return nil }
        let sql = """
            SELECT number, outcome, started_at, finished_at, node, error_code, error_message, error_detail FROM attempt
            WHERE job = ? ORDER BY ord
            """
        var attempts = try SQLStatement(database, sql).bind(seq).rows { row in
            AttemptRecord(
                number: Int(row.int(0)), node: row.text(4), startedAt: row.time(2), finishedAt: row.timeOrNil(3),
                outcome: JobOutcome.Name(code: row.int(1)), error: row.failure(at: 5))
        }
        if job.state == .running, let node = job.node, let started = job.startedAt {
            attempts.append(AttemptRecord(number: job.attempt + 1, node: node, startedAt: started))
        }
        return attempts
    }

    func outputs(of id: JobID) throws -> [AttemptLog] {
        let sql = """
            SELECT number, attempt.started_at, dropped, stdout, stderr FROM attempt JOIN job ON job.seq = attempt.job
            WHERE job.id = ? AND (stdout IS NOT NULL OR stderr IS NOT NULL OR dropped > 0) ORDER BY ord
            """
        return try SQLStatement(database, sql).bind(id).rows { row in
            let output = AttemptOutput(
                standardOutput: row.bytes(3), standardError: row.bytes(4), droppedBytes: Int(row.int(2)))
            return AttemptLog(number: Int(row.int(0)), startedAt: row.time(1), output: output)
        }
    }

    func queues() throws -> [QueueSummary] {
        var summaries: [String: QueueSummary] = [:]
        try SQLStatement(database, "SELECT queue, state, n FROM tally").forEachRow { row in
            guard let state = JobState(code: row.int(1)) else { throw StoreFailure.damaged("a counter of no state") }
            let count = Int(row.int(2))
            summaries[row.text(0), default: QueueSummary(row.text(0))].counts[state] = count > 0 ? count : nil
        }
        try SQLStatement(database, "SELECT name, paused FROM queue").forEachRow { row in
            summaries[row.text(0), default: QueueSummary(row.text(0))].isPaused = row.int(1) != 0
        }
        let next = try SQLStatement(
            database,
            "SELECT scheduled_at FROM job INDEXED BY job_available WHERE queue = ? AND state = 2 ORDER BY rank, seq LIMIT 1"
        )
        return try summaries.values.sorted { $0.name < $1.name }.map { summary in
            var summary = summary
            if summary.counts[.available] != nil {
                summary.oldestAvailableAt = try next.bind(summary.name).first { $0.time(0) }
            }
            return summary
        }
    }

    func lastOccurrences() throws -> [String: Timestamp] {
        let rows = try SQLStatement(database, "SELECT schedule, max(instant) FROM occurrence GROUP BY schedule")
            .rows { ($0.text(0), $0.time(1)) }
        return Dictionary(uniqueKeysWithValues: rows)
    }
}

extension QueueSummary {
    fileprivate init(_ name: String) {
        self.init(name: name, counts: [:], isPaused: false, oldestAvailableAt: nil)
    }
}
