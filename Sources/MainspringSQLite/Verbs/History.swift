import MainspringCore
import MainspringStore

/// Writes finished attempts.
struct History {
    private let transaction: StoreTransaction
    private let plain: SQLStatement
    private let full: SQLStatement

    init(_ transaction: StoreTransaction) throws {
        self.transaction = transaction
        let next = "coalesce((SELECT max(ord) FROM mainspring_attempt WHERE job = ?1), 0) + 1"
        plain = try transaction.statement(
            """
            INSERT INTO mainspring_attempt (job, ord, number, outcome, started_at, finished_at, node)
            VALUES (?1, \(next), ?2, ?3, ?4, ?5, ?6) RETURNING ord
            """)
        full = try transaction.statement(
            """
            INSERT INTO mainspring_attempt (job, ord, number, outcome, started_at, finished_at, node,
                error_code, error_message, error_detail, dropped, stdout, stderr)
            VALUES (?1, \(next), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) RETURNING ord
            """)
    }

    func append(_ attempt: AttemptRecord, output: AttemptOutput, to job: Int64) throws {
        // An attempt without an outcome is still running, and is not history; a caller that settles one means
        // interrupted.
        let outcome = (attempt.outcome ?? .interrupted).code
        let insert: SQLStatement
        if attempt.error == nil, output.isEmpty, output.droppedBytes == 0 {
            insert = try plain.bind(job, attempt.number, outcome, attempt.startedAt, attempt.finishedAt, attempt.node)
        } else {
            insert = try full.bind(
                job, attempt.number, outcome, attempt.startedAt, attempt.finishedAt, attempt.node, attempt.error?.code,
                attempt.error?.message, attempt.error?.detail, output.droppedBytes, output.standardOutput,
                output.standardError)
        }
        var last: Int64 = 0
        try insert.forEachRow { last = $0.int(0) }
        if last > StoreLimits.attemptsPerJob {
            try transaction.statement("DELETE FROM mainspring_attempt WHERE job = ? AND ord <= ?")
                .bind(job, last - Int64(StoreLimits.attemptsPerJob)).run()
        }
        transaction.reach(.stepped)
    }
}
