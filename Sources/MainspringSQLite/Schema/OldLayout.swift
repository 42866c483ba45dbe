import GRDB

/// The file of the first builds: tables without a prefix, and GRDB's own list of migrations.
enum OldLayout {
    private static let columns = [
        "seq", "id", "kind", "queue", "state", "priority", "rank", "attempt", "max_attempts", "snoozes", "rescues",
        "created_at", "scheduled_at", "started_at", "finished_at", "cancel_requested_at", "lease_until", "owner_node",
        "owner_incarnation", "token", "tags", "unique_key", "unique_mask", "schedule", "error_code", "error_message",
        "error_detail", "args", "result",
    ]

    private static let migration = "1 jobs"

    /// Moves everything into our tables, when they are new and the old ones are here. An application's own table of the name
    /// has other columns, and stays.
    static func carryOver(_ database: Database) throws {
        guard try database.tableExists("grdb_migrations"), try database.tableExists("job"),
            try String.fetchOne(
                database, sql: "SELECT identifier FROM grdb_migrations WHERE identifier = ?", arguments: [migration])
                != nil,
            try database.columns(in: "job").map(\.name) == columns
        else { return }
        try database.execute(sql: copy)
        // The list belongs to whoever else has a migration in it.
        try database.execute(sql: "DELETE FROM grdb_migrations WHERE identifier = ?", arguments: [migration])
        if try String.fetchOne(database, sql: "SELECT identifier FROM grdb_migrations LIMIT 1") == nil {
            try database.execute(sql: "DROP TABLE grdb_migrations")
        }
    }

    /// A lease of then was counted on the wall clock: here it is over, and its job comes back with the first reclaim.
    private static let copy = """
        INSERT INTO mainspring_job (seq, id, kind, version, queue, state, priority, rank, attempt, max_attempts, snoozes,
            rescues, max_rescues, created_at, scheduled_at, started_at, finished_at, cancel_requested_at, lease_until,
            owner_node, owner_incarnation, token, tags, unique_key, unique_mask, schedule, error_code, error_message,
            error_detail, args, result, history)
        SELECT seq, id, kind, 1, queue, state, priority, rank, attempt, max_attempts, snoozes,
            rescues, 3, created_at, scheduled_at, started_at, finished_at, cancel_requested_at, iif(state = 3, -1, NULL),
            owner_node, owner_incarnation, token, tags, unique_key, iif(unique_key IS NULL, 0, unique_mask), schedule,
            error_code, error_message, error_detail, args, result,
            coalesce((SELECT max(ord) FROM attempt WHERE attempt.job = job.seq), 0)
        FROM job ORDER BY seq;
        INSERT INTO mainspring_attempt (job, ord, number, outcome, started_at, finished_at, node, error_code, error_message,
            error_detail, dropped, stdout, stderr)
        SELECT job, ord, number, outcome, started_at, finished_at, node, error_code, error_message, error_detail, dropped,
            stdout, stderr FROM attempt;
        INSERT INTO mainspring_occurrence SELECT schedule, instant FROM occurrence;
        INSERT INTO mainspring_queue SELECT name, paused FROM queue;
        INSERT INTO mainspring_tally SELECT queue, state, n FROM tally;
        DROP TABLE job;
        DROP TABLE attempt;
        DROP TABLE occurrence;
        DROP TABLE queue;
        DROP TABLE tally;
        """
}
