import GRDB
import MainspringCore
import MainspringStore

/// The questions, each on one connection that sees one moment of the file.
struct StoreReads {
    let database: Database

    func job(_ id: JobID) throws -> JobRecord? {
        try SQLStatement(database, JobColumns.byID).bind(id).first { try $0.job() }
    }

    func attempts(of id: JobID) throws -> [AttemptRecord]? {
        let found = try SQLStatement(database, JobColumns.byID).bind(id).first { try $0.stored() }
        guard let found else { return nil }
        let (seq, job) = (found.seq, found.job)
        let sql = """
            SELECT number, outcome, started_at, finished_at, node, error_code, error_message, error_detail FROM mainspring_attempt
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
        let find = "SELECT seq, attempt, started_at, marks FROM mainspring_job WHERE id = ?"
        let found = try SQLStatement(database, find).bind(id).first { row in
            (
                seq: row.int(0), number: Int(row.int(1)) + 1, startedAt: row.time(2),
                marks: JobMarks(rawValue: row.int(3))
            )
        }
        guard let found else { return [] }
        let past = """
            SELECT number, started_at, dropped, stdout, stderr FROM mainspring_attempt
            WHERE job = ? AND (stdout IS NOT NULL OR stderr IS NOT NULL OR dropped > 0) ORDER BY ord
            """
        var logs = try SQLStatement(database, past).bind(found.seq).rows { row in
            AttemptLog(number: Int(row.int(0)), startedAt: row.time(1), output: row.output(at: 2))
        }
        guard found.marks.contains(.live) else { return logs }
        let live = "SELECT dropped, stdout, stderr FROM mainspring_live WHERE job = ?"
        let output = try SQLStatement(database, live).bind(found.seq).first { $0.output(at: 0) }
        if let output, !output.isEmpty || output.droppedBytes > 0 {
            logs.append(AttemptLog(number: found.number, startedAt: found.startedAt, output: output))
        }
        return logs
    }

    func queues() throws -> [QueueSummary] {
        var summaries: [String: QueueSummary] = [:]
        try SQLStatement(database, "SELECT queue, state, n FROM mainspring_tally").forEachRow { row in
            let (name, code, count) = (row.text(0), row.int(1), Int(row.int(2)))
            if code == parkedCode {
                summaries[name, default: QueueSummary(name)].parked = count
            } else if let state = JobState(code: code) {
                summaries[name, default: QueueSummary(name)].counts[state] = count > 0 ? count : nil
            } else {
                throw StoreFailure.damaged("a counter of no state")
            }
        }
        try SQLStatement(database, "SELECT name, paused FROM mainspring_queue").forEachRow { row in
            summaries[row.text(0), default: QueueSummary(row.text(0))].isPaused = row.int(1) != 0
        }
        let next = try SQLStatement(
            database,
            """
            SELECT scheduled_at FROM mainspring_job INDEXED BY mainspring_job_available
            WHERE queue = ? AND state = 2 AND parked IS NULL ORDER BY rank, seq LIMIT 1
            """
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
        let rows = try SQLStatement(
            database, "SELECT schedule, max(instant) FROM mainspring_occurrence GROUP BY schedule"
        )
        .rows { ($0.text(0), $0.time(1)) }
        return Dictionary(uniqueKeysWithValues: rows)
    }
}

extension QueueSummary {
    fileprivate init(_ name: String) {
        self.init(name: name, counts: [:], isPaused: false, oldestAvailableAt: nil)
    }
}
