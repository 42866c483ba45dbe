import GRDB

/// The file's tables. Migrations are only ever added; a file that has more of them than we know is refused.
enum Schema {
    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 jobs") { try $0.execute(sql: jobs) }
        return migrator
    }()

    /// Each table's root page: reading them at the start finds a file that is damaged there.
    static let tables = ["job", "attempt", "occurrence", "queue", "tally"]

    /// Partial indexes name the state as a constant, so that each verb finds its jobs at the front of a small index
    /// however many others there are. A unique key lives on its job's row and is held only in the states of its mask,
    /// so it cannot outlive the job. What a list filters by stands before the long columns.
    private static let jobs = """
        CREATE TABLE job (
            seq INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL,
            queue TEXT NOT NULL,
            state INTEGER NOT NULL,
            priority INTEGER NOT NULL,
            rank INTEGER NOT NULL,
            attempt INTEGER NOT NULL DEFAULT 0,
            max_attempts INTEGER NOT NULL,
            snoozes INTEGER NOT NULL DEFAULT 0,
            rescues INTEGER NOT NULL DEFAULT 0,
            created_at INTEGER NOT NULL,
            scheduled_at INTEGER NOT NULL,
            started_at INTEGER,
            finished_at INTEGER,
            cancel_requested_at INTEGER,
            lease_until INTEGER,
            owner_node TEXT,
            owner_incarnation TEXT,
            token TEXT,
            tags TEXT,
            unique_key TEXT,
            unique_mask INTEGER NOT NULL DEFAULT 0,
            schedule TEXT,
            error_code TEXT,
            error_message TEXT,
            error_detail TEXT,
            args TEXT NOT NULL,
            result TEXT
        ) STRICT;
        CREATE INDEX job_available ON job(queue, rank) WHERE state = 2;
        CREATE INDEX job_due ON job(scheduled_at) WHERE state IN (1, 4);
        CREATE INDEX job_running ON job(owner_node) WHERE state = 3;
        CREATE INDEX job_final ON job(state, finished_at) WHERE state >= 5;
        CREATE INDEX job_schedule ON job(schedule) WHERE schedule IS NOT NULL AND state < 5;
        CREATE UNIQUE INDEX job_unique ON job(unique_key)
            WHERE unique_key IS NOT NULL AND ((unique_mask >> state) & 1);

        CREATE TABLE attempt (
            job INTEGER NOT NULL,
            ord INTEGER NOT NULL,
            number INTEGER NOT NULL,
            outcome INTEGER NOT NULL,
            started_at INTEGER NOT NULL,
            finished_at INTEGER,
            node TEXT NOT NULL,
            error_code TEXT,
            error_message TEXT,
            error_detail TEXT,
            dropped INTEGER NOT NULL DEFAULT 0,
            stdout BLOB,
            stderr BLOB,
            PRIMARY KEY (job, ord)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE occurrence (
            schedule TEXT NOT NULL,
            instant INTEGER NOT NULL,
            PRIMARY KEY (schedule, instant)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE queue (
            name TEXT NOT NULL PRIMARY KEY,
            paused INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE tally (
            queue TEXT NOT NULL,
            state INTEGER NOT NULL,
            n INTEGER NOT NULL,
            PRIMARY KEY (queue, state)
        ) STRICT, WITHOUT ROWID;
        """
}
