import Foundation
import GRDB
import MainspringCore
import MainspringSQLite
import MainspringStore
import Testing

@Suite("The SQLite store and its file")
struct SQLiteFileTests {
    private let folder: TemporaryFolder
    private let file: String

    init() throws {
        folder = try TemporaryFolder()
        file = folder.file("jobs.db")
    }

    private func job(_ name: String, arguments: String = "{}") -> NewJob {
        let time = Timestamp(microseconds: 0)
        return NewJob(
            record: JobRecord(
                id: JobID(rawValue: name)!, kind: "k", queue: "q", state: .available, priority: .normal,
                arguments: arguments,
                maxAttempts: 1, createdAt: time, scheduledAt: time))
    }

    /// The code of the error that the body throws, which must say what to do next.
    private func code(_ body: () async throws -> Void) async -> MainspringError.Code? {
        do {
            try await body()
            return nil
        } catch let error as MainspringError {
            #expect(error.hint != nil, "\(error) says what to do next")
            return error.code
        } catch {
            Issue.record("\(error) is no MainspringError")
            return nil
        }
    }

    @Test("what was written and paused is there after a restart")
    func restart() async throws {
        let first = try SQLiteJobStore(path: file)
        _ = try await first.insert([[job("a")]], now: Timestamp(microseconds: 0))
        try await first.setPaused(true, queue: "q")
        try await first.close()
        let second = try SQLiteJobStore(path: file)
        #expect(try await second.job(JobID(rawValue: "a")!) == job("a").record)
        #expect(try await second.queues().map(\.isPaused) == [true])
        try await second.close()
    }

    @Test("only its user can read the file and its companions")
    func mode() async throws {
        let store = try SQLiteJobStore(path: file)
        _ = try await store.insert([[job("a")]], now: Timestamp(microseconds: 0))
        for name in ["jobs.db", "jobs.db-wal", "jobs.db-shm"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.file(name))
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
        }
        try await store.close()
    }

    @Test(
        "durability is what was asked for, and full when nothing was",
        arguments: [nil, .full, .normal] as [SQLiteJobStore.Durability?])
    func durability(_ asked: SQLiteJobStore.Durability?) async throws {
        let store = try asked.map { try SQLiteJobStore(path: file, durability: $0) } ?? SQLiteJobStore(path: file)
        #expect(try await store.synchronous() == (asked == .normal ? 1 : 2))
        try await store.close()
    }

    @Test("a text file is refused as damaged, and left as it is")
    func textFile() async throws {
        let text = String(repeating: "this is no database\n", count: 100)
        try text.write(toFile: file, atomically: false, encoding: .utf8)
        #expect(await code { _ = try SQLiteJobStore(path: file) } == .storeCorrupt)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == text)
    }

    @Test("a file that is damaged inside is refused when that part is read")
    func damagedPages() async throws {
        let store = try SQLiteJobStore(path: file)
        let jobs = (0..<2000).map { [job("job-\($0)", arguments: String(repeating: "x", count: 200))] }
        _ = try await store.insert(jobs, now: Timestamp(microseconds: 0))
        try await store.close()
        let handle = try FileHandle(forUpdating: URL(filePath: file))
        let size = try handle.seekToEnd()
        try #require(size > 120 * 4096)
        // Everything behind the first hundred pages, which hold the roots.
        try handle.seek(toOffset: 100 * 4096)
        try handle.write(contentsOf: Data(repeating: 0xA5, count: Int(size) - 100 * 4096))
        try handle.close()
        let code = await code {
            let store = try SQLiteJobStore(path: file)
            for number in 0..<2000 { _ = try await store.job(JobID(rawValue: "job-\(number)")!) }
        }
        #expect(code == .storeCorrupt)
    }

    @Test("a damaged root page is found at the start")
    func damagedRoots() async throws {
        let store = try SQLiteJobStore(path: file)
        try await store.close()
        let handle = try FileHandle(forUpdating: URL(filePath: file))
        let size = try handle.seekToEnd()
        try handle.seek(toOffset: 4096)
        try handle.write(contentsOf: Data(repeating: 0xA5, count: Int(size) - 4096))
        try handle.close()
        #expect(await code { _ = try SQLiteJobStore(path: file) } == .storeCorrupt)
    }

    @Test("a folder in the file's place, or no folder at all, cannot be written")
    func noFile() async throws {
        #expect(await code { _ = try SQLiteJobStore(path: folder.path) } == .storeReadOnly)
        #expect(await code { _ = try SQLiteJobStore(path: folder.file("none/jobs.db")) } == .storeReadOnly)
    }

    @Test("a file that turns read-only refuses writes and still answers questions")
    func readOnly() async throws {
        let store = try SQLiteJobStore(path: file)
        _ = try await store.insert([[job("a")]], now: Timestamp(microseconds: 0))
        try await store.refuseWrites()
        #expect(
            await code { _ = try await store.insert([[job("b")]], now: Timestamp(microseconds: 0)) } == .storeReadOnly)
        #expect(try await store.job(JobID(rawValue: "a")!) != nil)
        try await store.close()
    }

    @Test("a full file refuses a step whole, and goes on when there is room")
    func full() async throws {
        let store = try SQLiteJobStore(path: file, hook: nil, pageLimit: 60)
        let many = (0..<2000).map { [job("job-\($0)", arguments: String(repeating: "x", count: 200))] }
        #expect(await code { _ = try await store.insert(many, now: Timestamp(microseconds: 0)) } == .storeFull)
        #expect(try await store.queues() == [])
        let answer = try await store.insert([[job("a")]], now: Timestamp(microseconds: 0))
        #expect(answer == [[.inserted(job("a").record)]])
        try await store.close()
    }

    @Test("another process that writes for too long is named as the reason")
    func busy() async throws {
        let store = try SQLiteJobStore(path: file, busyTimeout: .milliseconds(1))
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: file, configuration: configuration)
        try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        let code = await code { _ = try await store.insert([[job("a")]], now: Timestamp(microseconds: 0)) }
        #expect(code == .storeBusy)
        try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        _ = try await store.insert([[job("a")]], now: Timestamp(microseconds: 0))
        try await store.close()
        try other.close()
    }

    @Test("a file of a later version is refused and left as it is")
    func newer() async throws {
        try await SQLiteJobStore(path: file).close()
        let queue = try DatabaseQueue(path: file)
        try await queue.write { try $0.execute(sql: "UPDATE mainspring_schema SET version = 99") }
        #expect(await code { _ = try SQLiteJobStore(path: file) } == .storeNewer)
        let version = try await queue.read { try Int.fetchOne($0, sql: "SELECT version FROM mainspring_schema") }
        #expect(version == 99)
        try queue.close()
    }

    @Test("a step is not cut short by its task's cancellation")
    func cancellation() async throws {
        let store = try SQLiteJobStore(path: file)
        let new = job("a")
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await store.insert([[new]], now: Timestamp(microseconds: 0))
        }
        #expect(try await task.value == [[.inserted(new.record)]])
        try await store.close()
    }

    @Test("a page of rare jobs ends early, goes on at its cursor, and misses none")
    func longSearch() async throws {
        let store = try SQLiteJobStore(path: file, durability: .normal, hook: nil, searchWindow: 10)
        let many = (0..<150).map { [job("job-\($0)")] }
        var rare = job("rare")
        rare.record.kind = "rare"
        _ = try await store.insert([[rare]] + many, now: Timestamp(microseconds: 0))
        let first = try await store.jobs(matching: JobQuery(kinds: ["rare"]))
        #expect(first.jobs == [])
        #expect(first.next != nil)
        let second = try await store.jobs(matching: JobQuery(kinds: ["rare"], cursor: first.next))
        #expect(second.jobs == [rare.record])
        #expect(second.next == nil)
        try await store.close()
    }
}
