import MainspringCore
import MainspringStore

/// Writes finished attempts, after the update of their job that counts them.
struct History {
    private let transaction: StoreTransaction
    private let plain: SQLStatement
    private let full: SQLStatement

    init(_ transaction: StoreTransaction) throws {
        self.transaction = transaction
        plain = try transaction.statement(Self.plain)
        full = try transaction.statement(Self.full)
    }

    func append(_ attempt: AttemptRecord, output: AttemptOutput, to job: Int64) throws {
        // An attempt without an outcome is still running, and is not history; a caller that settles one means
        // interrupted.
        let outcome = (attempt.outcome ?? .interrupted).code
        if attempt.error == nil, output.isEmpty, output.droppedBytes == 0 {
            try plain.bind(job, attempt.number, outcome, attempt.startedAt, attempt.finishedAt, attempt.node).run()
        } else {
            try full.bind(
                job, attempt.number, outcome, attempt.startedAt, attempt.finishedAt, attempt.node, attempt.error?.code,
                attempt.error?.message, attempt.error?.detail, output.droppedBytes, output.standardOutput,
                output.standardError
            ).run()
        }
        transaction.reach(.stepped)
    }

    /// The `ord`th attempt of a job whose row counts it already.
    func append(_ attempt: AttemptRecord, output: AttemptOutput, to job: Int64, at ord: Int) throws {
        try transaction.statement(Self.numbered).bind(
            job, attempt.number, (attempt.outcome ?? .interrupted).code, attempt.startedAt, attempt.finishedAt,
            attempt.node, attempt.error?.code, attempt.error?.message, attempt.error?.detail, output.droppedBytes,
            output.standardOutput, output.standardError, ord
        ).run()
        transaction.reach(.stepped)
    }

    /// Removes the oldest attempts of a job that has too many.
    func trim(_ job: Int64) throws {
        try transaction.statement(Self.trim).bind(job, StoreLimits.attemptsPerJob).run()
        transaction.reach(.stepped)
    }

    private static let trim = """
        DELETE FROM mainspring_attempt
        WHERE job = ?1 AND ord <= (SELECT max(ord) FROM mainspring_attempt WHERE job = ?1) - ?2
        """

    private static let plain = """
        INSERT INTO mainspring_attempt (job, ord, number, outcome, started_at, finished_at, node)
        VALUES (?1, \(order), ?2, ?3, ?4, ?5, ?6)
        """

    private static let full = full(at: order)
    private static let numbered = full(at: "?13")

    private static func full(at order: String) -> String {
        """
        INSERT INTO mainspring_attempt (job, ord, number, outcome, started_at, finished_at, node,
            error_code, error_message, error_detail, dropped, stdout, stderr)
        VALUES (?1, \(order), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
        """
    }

    private static let order = "(SELECT history FROM mainspring_job WHERE seq = ?1)"
}
