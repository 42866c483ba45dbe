extension Schema {
    /// Partial indexes name the state as a constant, so that each verb finds its jobs at the front of a small index
    /// however many others there are. A unique key lives on its job's row and is held only in the states of its mask,
    /// so it cannot outlive the job. What a list filters by stands before the long columns, and what an attempt reports of
    /// its output stands elsewhere: every change of a job writes its whole row.
    ///
    /// `marks` are ``JobMarks``; `history` counts the attempts that were ever written of the job. `progress` is -1 where the
    /// attempt told no fraction. Times are microseconds of the epoch, except `lease_until` and
    /// `until`, which are microseconds of the steady clock (``SteadyTime``).
    static let jobs = """
        CREATE TABLE mainspring_schema (version INTEGER NOT NULL) STRICT;
        INSERT INTO mainspring_schema VALUES (1);

        CREATE TABLE mainspring_job (
            seq INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL,
            version INTEGER NOT NULL,
            queue TEXT NOT NULL,
            state INTEGER NOT NULL,
            priority INTEGER NOT NULL,
            rank INTEGER NOT NULL,
            attempt INTEGER NOT NULL DEFAULT 0,
            max_attempts INTEGER NOT NULL,
            snoozes INTEGER NOT NULL DEFAULT 0,
            rescues INTEGER NOT NULL DEFAULT 0,
            max_rescues INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            scheduled_at INTEGER NOT NULL,
            started_at INTEGER,
            finished_at INTEGER,
            cancel_requested_at INTEGER,
            deadline INTEGER,
            lease_until INTEGER,
            owner_node TEXT,
            owner_incarnation TEXT,
            token TEXT,
            heartbeat_at INTEGER,
            progress REAL,
            progress_message TEXT,
            marks INTEGER NOT NULL DEFAULT 0,
            history INTEGER NOT NULL DEFAULT 0,
            parked TEXT,
            unique_mask INTEGER NOT NULL DEFAULT 0,
            unique_rule INTEGER NOT NULL DEFAULT 0,
            unique_until INTEGER,
            unique_key TEXT,
            schedule TEXT,
            parent TEXT,
            tags TEXT,
            error_code TEXT,
            error_message TEXT,
            error_detail TEXT,
            metadata TEXT,
            args TEXT NOT NULL,
            result TEXT
        ) STRICT;
        CREATE INDEX mainspring_job_available ON mainspring_job(queue, rank) WHERE state = 2 AND parked IS NULL;
        CREATE INDEX mainspring_job_parked ON mainspring_job(kind, version) WHERE parked IS NOT NULL;
        CREATE INDEX mainspring_job_due ON mainspring_job(scheduled_at) WHERE state IN (1, 4);
        CREATE INDEX mainspring_job_running ON mainspring_job(seq) WHERE state = 3;
        CREATE INDEX mainspring_job_final ON mainspring_job(state, finished_at) WHERE state >= 5;
        CREATE INDEX mainspring_job_schedule ON mainspring_job(schedule) WHERE schedule IS NOT NULL AND state < 5;
        CREATE UNIQUE INDEX mainspring_job_unique ON mainspring_job(unique_key)
            WHERE unique_key IS NOT NULL AND ((unique_mask >> state) & 1);

        CREATE TABLE mainspring_live (
            job INTEGER PRIMARY KEY,
            dropped INTEGER NOT NULL,
            stdout BLOB,
            stderr BLOB
        ) STRICT;

        CREATE TABLE mainspring_attempt (
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

        CREATE TABLE mainspring_occurrence (
            schedule TEXT NOT NULL,
            instant INTEGER NOT NULL,
            PRIMARY KEY (schedule, instant)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE mainspring_queue (
            name TEXT NOT NULL PRIMARY KEY,
            paused INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE mainspring_tally (
            queue TEXT NOT NULL,
            state INTEGER NOT NULL,
            n INTEGER NOT NULL,
            PRIMARY KEY (queue, state)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE mainspring_node (
            name TEXT NOT NULL PRIMARY KEY,
            incarnation TEXT NOT NULL,
            until INTEGER NOT NULL,
            process_boot TEXT,
            process_namespace TEXT,
            process_id INTEGER,
            process_start TEXT,
            host TEXT NOT NULL,
            url TEXT,
            version TEXT NOT NULL,
            started_at INTEGER NOT NULL,
            seen_at INTEGER NOT NULL,
            draining INTEGER NOT NULL,
            kinds TEXT NOT NULL,
            queues TEXT NOT NULL,
            wish TEXT
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE mainspring_term (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            number INTEGER NOT NULL,
            name TEXT,
            incarnation TEXT
        ) STRICT;
        INSERT INTO mainspring_term (one, number) VALUES (1, 0);
        """
}
