import GRDB
import MainspringCore
import MainspringSQLite
import MainspringStore
import MainspringTesting
import Synchronization
import Testing

@Suite("A store in an application's own database")
struct SharedFileTests {
    private struct Changed: Error {}

    private let kit: FileKit
    /// The application's, with a table that has the name of one of ours without its prefix.
    private let pool: DatabasePool

    init() throws {
        kit = try FileKit()
        pool = try DatabasePool(path: kit.file)
        try pool.write { try $0.execute(sql: "CREATE TABLE job (id INTEGER PRIMARY KEY, title TEXT NOT NULL)") }
    }

    private func titles() async throws -> [String] {
        try await pool.read { try String.fetchAll($0, sql: "SELECT title FROM job") }
    }

    @Test("jobs are there with what the application's transaction wrote")
    func committed() async throws {
        let store = try SQLiteJobStore(sharing: pool)
        let results = try await pool.write { [kit] database in
            try database.execute(sql: "INSERT INTO job (title) VALUES ('plumber')")
            return try store.insert([[kit.job("a")], [kit.job("b"), kit.job("a")]], now: FileKit.at(0), in: database)
        }
        let record = kit.job("a").record
        #expect(results == [[.inserted(record)], [.inserted(kit.job("b").record), .duplicate(record)]])
        #expect(try await titles() == ["plumber"])
        #expect(try await store.queues().first?.counts == [.available: 2])
        #expect(try await store.check() == [])
        #expect(try await kit.claim(store, 5).count == 2)
        try await store.close()
    }

    @Test("jobs leave no trace when the application's transaction does not commit")
    func rolledBack() async throws {
        let store = try SQLiteJobStore(sharing: pool)
        await #expect(throws: Changed.self) {
            try await pool.write { [kit] database in
                try database.execute(sql: "INSERT INTO job (title) VALUES ('plumber')")
                let hold = UniqueHold(key: "u", states: [.available])
                _ = try store.insert([[kit.job("a", hold: hold)]], now: FileKit.at(0), in: database)
                throw Changed()
            }
        }
        #expect(try await titles() == [])
        #expect(try await store.job(kit.id("a")) == nil)
        #expect(try await store.queues() == [])
        #expect(try await store.check() == [])
        try await store.close()
    }

    @Test("a refused group, or a savepoint that is rolled back, takes nothing else of the transaction with it")
    func parts() async throws {
        let store = try SQLiteJobStore(sharing: pool)
        let refused = try await pool.write { [kit] database in
            _ = try store.insert([[kit.job("a")]], now: FileKit.at(0), in: database)
            try database.inSavepoint {
                _ = try store.insert([[kit.job("b")]], now: FileKit.at(0), in: database)
                return .rollback
            }
            return try store.insert([[kit.job("c"), kit.job("d", limit: 1)]], now: FileKit.at(0), in: database)
        }
        #expect(refused == [[.notWritten, .queueFull(limit: 1)]])
        #expect(try await store.jobs(matching: JobQuery()).jobs.map(\.id.rawValue) == ["a"])
        #expect(try await store.check() == [])
        try await store.close()
    }

    @Test("others hear of the jobs after the commit, and of nothing that was rolled back")
    func news() async throws {
        let store = try SQLiteJobStore(sharing: pool)
        let other = try SQLiteJobStore(path: kit.file)
        let heard = RingRecorder()
        other.onNews { heard.record(DoorbellKind(rawValue: $0.rawValue)) }
        await #expect(throws: Changed.self) {
            try await pool.write { [kit] database in
                _ = try store.insert([[kit.job("a")]], now: FileKit.at(0), in: database)
                throw Changed()
            }
        }
        try await pool.write { [kit] database in
            _ = try store.insert([[kit.job("b")]], now: FileKit.at(0), in: database)
            // A ring before the commit would be heard before this one.
            #expect(heard.rings == [])
        }
        await heard.wait(for: .work)
        #expect(heard.rings == [.work])
        #expect(try await other.job(kit.id("b")) != nil)
        try await other.close()
        try await store.close()
    }

    @Test("the pool stays as the application set it up, and open")
    func pool() async throws {
        try await pool.writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA synchronous = OFF; PRAGMA cache_size = 77")
        }
        let store = try SQLiteJobStore(sharing: pool)
        let settings = try await pool.writeWithoutTransaction { database in
            [
                try Int.fetchOne(database, sql: "PRAGMA synchronous"),
                try Int.fetchOne(database, sql: "PRAGMA cache_size"),
            ]
        }
        #expect(settings == [0, 77])
        try await store.close()
        await #expect(throws: MainspringError.self) { try await store.queues() }
        try await pool.write { database in
            #expect(throws: MainspringError.self) {
                try store.insert([[kit.job("a")]], now: FileKit.at(0), in: database)
            }
            try database.execute(sql: "INSERT INTO job (title) VALUES ('plumber')")
        }
        #expect(try await titles() == ["plumber"])
    }
}
