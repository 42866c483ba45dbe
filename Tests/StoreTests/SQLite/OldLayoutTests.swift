import GRDB
import MainspringCore
import MainspringSQLite
import MainspringStore
import MainspringTesting
import Testing

@Suite("A file of the first builds")
struct OldLayoutTests {
    private let kit: FileKit

    init() throws { kit = try FileKit() }

    /// As they made it, with a job in most states.
    private func makeOldFile(more: String = "") throws {
        try kit.run(
            """
            CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
            INSERT INTO grdb_migrations VALUES ('1 jobs');
            \(Self.tables)
            INSERT INTO job (seq, id, kind, queue, state, priority, rank, attempt, max_attempts, created_at, scheduled_at,
                started_at, finished_at, args, result, tags)
            VALUES (3, 'done', 'k', 'q', 5, 2, 10, 1, 3, 10, 10, 11, 12, '{"x":1}', '2', '["t"]');
            INSERT INTO job (seq, id, kind, queue, state, priority, rank, max_attempts, created_at, scheduled_at, args,
                unique_key, unique_mask)
            VALUES (4, 'waits', 'k', 'q', 2, 1, -119999980, 3, 20, 20, '{}', 'u', 30), (5, 'gave-up', 'k', 'q', 2, 2, 21, 3,
                21, 21, '{}', NULL, 30);
            INSERT INTO job (seq, id, kind, queue, state, priority, rank, max_attempts, created_at, scheduled_at, started_at,
                lease_until, owner_node, owner_incarnation, token, args)
            VALUES (6, 'runs', 'k', 'q', 3, 2, 30, 3, 30, 30, 31, 9999999999999999, 'alice', '1', 'nonce.6', '{}');
            INSERT INTO attempt (job, ord, number, outcome, started_at, finished_at, node, stdout)
            VALUES (3, 7, 1, 5, 10, 11, 'alice', NULL), (3, 8, 1, 0, 11, 12, 'alice', x'6f6b');
            INSERT INTO occurrence VALUES ('s', 40);
            INSERT INTO queue VALUES ('q', 0), ('other', 1);
            INSERT INTO tally VALUES ('q', 2, 2), ('q', 3, 1), ('q', 5, 1);
            \(more)
            """)
    }

    @Test("is carried over whole, once")
    func carriedOver() async throws {
        try makeOldFile()
        let store = try SQLiteJobStore(path: kit.file, time: ManualTime())
        #expect(try await store.check() == [])
        let done = try #require(try await store.job(kit.id("done")))
        #expect(done.result == "2" && done.tags == ["t"] && done.version == 1 && done.maxRescues == 3)
        #expect(try await store.job(kit.id("waits"))?.unique?.key == "u")
        #expect(try await store.job(kit.id("gave-up"))?.unique == nil)
        #expect(try await store.attempts(of: done.id)?.map(\.outcome) == [.interrupted, .success])
        #expect(try await store.outputs(of: done.id).map(\.output.standardOutput) == [Array("ok".utf8)])
        #expect(try await store.queues().map(\.isPaused) == [true, false])
        #expect(try await store.lastOccurrences() == ["s": Timestamp(microseconds: 40)])

        // A lease of then is over, whatever it said, and its token still names its job's row.
        let term = try await kit.beat(store)
        let reclaimed = try await store.reclaim(under: term, now: FileKit.at(1), limit: 10)
        #expect(reclaimed.map(\.id.rawValue) == ["runs"])
        let leases = try await kit.claim(store, 10)
        #expect(leases.map(\.job.id.rawValue) == ["waits", "gave-up", "runs"])
        _ = try await store.settle(leases.map { kit.settlement($0) })
        #expect(try await store.check() == [])
        try await store.close()

        let names = try kit.text("SELECT name FROM sqlite_schema WHERE sql IS NOT NULL")
        #expect(names.allSatisfy { $0.hasPrefix("mainspring_") }, "\(names)")
        let again = try SQLiteJobStore(path: kit.file)
        #expect(try await again.jobs(matching: JobQuery()).jobs.count == 4)
        try await again.close()
    }

    @Test("leaves somebody else's list of migrations there")
    func otherMigrations() async throws {
        try makeOldFile(more: "INSERT INTO grdb_migrations VALUES ('my own')")
        try await SQLiteJobStore(path: kit.file).close()
        #expect(try kit.text("SELECT identifier FROM grdb_migrations") == ["my own"])
    }

    @Test("is not what an application's own table of the name is taken for")
    func otherTable() async throws {
        try kit.run(
            """
            CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
            INSERT INTO grdb_migrations VALUES ('1 jobs');
            CREATE TABLE job (id INTEGER PRIMARY KEY, title TEXT);
            INSERT INTO job (title) VALUES ('plumber');
            """)
        let store = try SQLiteJobStore(path: kit.file)
        #expect(try await store.jobs(matching: JobQuery()).jobs == [])
        try await store.close()
        #expect(try kit.text("SELECT title FROM job") == ["plumber"])
        #expect(try kit.text("SELECT identifier FROM grdb_migrations") == ["1 jobs"])
    }

    private static let tables = """
        CREATE TABLE job (
            seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, queue TEXT NOT NULL,
            state INTEGER NOT NULL, priority INTEGER NOT NULL, rank INTEGER NOT NULL, attempt INTEGER NOT NULL DEFAULT 0,
            max_attempts INTEGER NOT NULL, snoozes INTEGER NOT NULL DEFAULT 0, rescues INTEGER NOT NULL DEFAULT 0,
            created_at INTEGER NOT NULL, scheduled_at INTEGER NOT NULL, started_at INTEGER, finished_at INTEGER,
            cancel_requested_at INTEGER, lease_until INTEGER, owner_node TEXT, owner_incarnation TEXT, token TEXT,
            tags TEXT, unique_key TEXT, unique_mask INTEGER NOT NULL DEFAULT 0, schedule TEXT, error_code TEXT,
            error_message TEXT, error_detail TEXT, args TEXT NOT NULL, result TEXT
        ) STRICT;
        CREATE INDEX job_available ON job(queue, rank) WHERE state = 2;
        CREATE INDEX job_due ON job(scheduled_at) WHERE state IN (1, 4);
        CREATE INDEX job_running ON job(owner_node) WHERE state = 3;
        CREATE INDEX job_final ON job(state, finished_at) WHERE state >= 5;
        CREATE INDEX job_schedule ON job(schedule) WHERE schedule IS NOT NULL AND state < 5;
        CREATE UNIQUE INDEX job_unique ON job(unique_key)
            WHERE unique_key IS NOT NULL AND ((unique_mask >> state) & 1);
        CREATE TABLE attempt (
            job INTEGER NOT NULL, ord INTEGER NOT NULL, number INTEGER NOT NULL, outcome INTEGER NOT NULL,
            started_at INTEGER NOT NULL, finished_at INTEGER, node TEXT NOT NULL, error_code TEXT, error_message TEXT,
            error_detail TEXT, dropped INTEGER NOT NULL DEFAULT 0, stdout BLOB, stderr BLOB, PRIMARY KEY (job, ord)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE occurrence (
            schedule TEXT NOT NULL, instant INTEGER NOT NULL, PRIMARY KEY (schedule, instant)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE queue (name TEXT NOT NULL PRIMARY KEY, paused INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE tally (
            queue TEXT NOT NULL, state INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (queue, state)
        ) STRICT, WITHOUT ROWID;
        """
}
