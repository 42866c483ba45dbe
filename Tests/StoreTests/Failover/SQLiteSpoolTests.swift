import Foundation
import MainspringCore
import MainspringStore
import MainspringTesting
import Testing

@testable import MainspringSQLite

@Suite("The spool's file")
struct SQLiteSpoolTests {
    private static let now = Timestamp(microseconds: 1_767_225_600_000_000)

    private static func job(_ id: String, bytes: Int = 10) -> NewJob {
        NewJob(
            record: JobRecord(
                id: JobID(rawValue: id)!, kind: "work", queue: "q", state: .available, priority: .normal,
                arguments: String(repeating: "x", count: bytes), maxAttempts: 3, createdAt: now, scheduledAt: now))
    }

    /// With something in every field.
    private static var full: NewJob {
        var new = job("full")
        new.record.version = 3
        new.record.state = .scheduled
        new.record.priority = .critical
        new.record.attempt = 1
        new.record.snoozes = 2
        new.record.rescues = 1
        new.record.maxRescues = 7
        new.record.startedAt = Timestamp(microseconds: -5)
        new.record.finishedAt = now + .seconds(1)
        new.record.cancelRequestedAt = now + .seconds(2)
        new.record.node = "n1"
        new.record.result = "{\"ü\":1}"
        new.record.error = JobFailure(code: "c", message: "m", detail: "d")
        new.record.tags = ["a", "b"]
        new.record.metadata = ["k": "v", "l": ""]
        new.record.unique = UniqueHold(
            key: "key", states: [.available, .running], until: now + .seconds(3), onConflict: .debounce)
        new.record.schedule = "nightly"
        new.record.deadline = now + .hours(1)
        new.record.parent = JobID(rawValue: "p")
        new.record.progress = JobProgress(fraction: 0.25, message: "quarter")
        new.record.heartbeatAt = now + .seconds(4)
        new.record.parked = "nobody"
        new.occurrence = ScheduleOccurrence(
            schedule: "nightly", instant: now, skipsOverlap: true, term: Term(number: 4))
        new.queueLimit = 12
        new.parent = ParentAttempt(id: JobID(rawValue: "p")!, token: AttemptToken(rawValue: "t.1"))
        return new
    }

    private static func end(_ id: String) -> Settlement {
        var random = SeededGenerator(seed: 1)
        let lease = Lease(job: job(id).record, token: AttemptToken(rawValue: "nonce.7"))
        return Settlement(
            lease: lease, outcome: .failure(JobFailure(code: "exit_1", message: "no")),
            policy: RetryPolicy(maxAttempts: 3, base: .seconds(10)),
            output: AttemptOutput(standardOutput: [0, 255, 1], standardError: [2], droppedBytes: 3), node: "n1",
            startedAt: now, now: now + .seconds(1), cancelRequested: false, using: &random)
    }

    private static let entries: [SpoolEntry] = [
        .jobs([full, job("plain")], mayBeThere: true), .end(end("e")),
        .note(.started(JobID(rawValue: "plain")!, node: "n1", at: now)), .note(.ended(end("plain"))),
        .note(.cancelled(JobID(rawValue: "plain")!, at: now)), .jobs([job("last")], mayBeThere: false),
    ]

    private func all(_ spool: SQLiteSpool) async throws -> [SpoolEntry] {
        var found: [SpooledEntry] = []
        for kind in SpoolEntry.Kind.allCases { found += try await spool.entries(of: kind, after: 0, limit: 1000) }
        return found.sorted { $0.number < $1.number }.map(\.entry)
    }

    @Test("gives back what it was given, in order, also in a later life")
    func roundTrip() async throws {
        let folder = try TemporaryFolder()
        let spool = try SQLiteSpool(path: folder.file("spool.db"))
        let numbers = try await spool.append(Self.entries, now: Self.now)
        #expect(numbers == numbers.sorted())
        #expect(try await all(spool) == Self.entries)
        let tally = spool.tally
        #expect(tally.jobs == 3)
        #expect(tally.ends == 1)
        #expect(tally.bytes > 500)
        #expect(tally.oldestAt == Self.now)
        let epoch = StoreEpoch(server: "s", data: "d")
        #expect(try await spool.epoch() == nil)
        try await spool.remember(epoch)
        try await spool.close()
        await #expect(throws: MainspringError.self) { try await spool.append(Self.entries, now: Self.now) }
        let next = try SQLiteSpool(path: folder.file("spool.db"))
        #expect(try await all(next) == Self.entries)
        #expect(next.tally == tally)
        #expect(try await next.epoch() == epoch)
        try await next.remove(Array(numbers.dropLast()))
        #expect(try await all(next) == [Self.entries[5]])
        try await next.remove(numbers)
        #expect(next.tally == SpoolTally())
        let later = try await next.append([Self.entries[0]], now: Self.now)
        #expect(later[0] > numbers[5], "numbers never come again")
        try await next.close()
    }

    @Test("is on the disk when an append returns, without a close")
    func death() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("spool.db")
        let spool = try SQLiteSpool(path: path)
        #expect(try await spool.synchronous() == 2)
        _ = try await spool.append(Self.entries, now: Self.now)
        // What kill -9 leaves: the files as they are now.
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: path + suffix, toPath: folder.file("copy.db") + suffix)
        }
        let copy = try SQLiteSpool(path: folder.file("copy.db"))
        #expect(try await all(copy) == Self.entries)
        try await copy.close()
        try await spool.close()
    }

    @Test("holds all that was acknowledged before kill -9, each task's jobs in order", arguments: [1, 17, 300])
    func killed(count: Int) async throws {
        let folder = try TemporaryFolder()
        let file = folder.file("spool.db")
        let program = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appending(path: "StoreCrashProbe")
        let output = try TestPipe()
        let process = try SpawnedProcess(program.path, [file, "spool", "\(count)"], output: output.writing)
        let said = await output.text().split(separator: "\n").map(String.init)
        #expect(await process.end() == 128 + SIGKILL)
        #expect(said.count >= count)
        let spool = try SQLiteSpool(path: file)
        let found = try await spool.entries(of: .jobs, after: 0, limit: 10_000).compactMap { entry in
            if case .jobs(let jobs, _) = entry.entry { jobs.first?.record.id.rawValue } else { nil }
        }
        #expect(Set(said).isSubset(of: found))
        #expect(Set(found).count == found.count)
        #expect(spool.tally.jobs == found.count)
        for task in 0..<8 {
            let own = found.filter { $0.hasPrefix("t\(task)-") }
            #expect(own == own.indices.map { "t\(task)-\($0)" })
        }
        try await spool.close()
    }

    @Test("lets appends that come together share a commit, and answers each with its own numbers")
    func groupCommit() async throws {
        let folder = try TemporaryFolder()
        let spool = try SQLiteSpool(path: folder.file("spool.db"))
        let numbers = try await withThrowingTaskGroup(of: (String, Int64).self) { group in
            for index in 0..<500 {
                group.addTask {
                    let id = "j\(index)"
                    let numbers = try await spool.append([.jobs([Self.job(id)], mayBeThere: false)], now: Self.now)
                    return (id, numbers[0])
                }
            }
            return try await group.reduce(into: [String: Int64]()) { $0[$1.0] = $1.1 }
        }
        #expect(spool.tally.jobs == 500)
        #expect(spool.commits < 400, "\(spool.commits) commits")
        for entry in try await spool.entries(of: .jobs, after: 0, limit: 1000) {
            guard case .jobs(let jobs, _) = entry.entry else { continue }
            #expect(numbers[jobs[0].record.id.rawValue] == entry.number)
        }
        try await spool.close()
    }

    @Test("is bounded by jobs and by bytes, and always takes the ends of attempts")
    func bounds() async throws {
        let folder = try TemporaryFolder()
        let spool = try SQLiteSpool(path: folder.file("spool.db"), bounds: SpoolBounds(jobs: 3, bytes: 2000))
        _ = try await spool.append([.jobs([Self.job("a"), Self.job("b")], mayBeThere: false)], now: Self.now)
        for jobs in [[Self.job("c"), Self.job("d")], [Self.job("e", bytes: 3000)]] {
            let error = await #expect(throws: MainspringError.self) {
                try await spool.append([.jobs(jobs, mayBeThere: false)], now: Self.now)
            }
            #expect(error?.code == .storeFull)
            #expect(error?.message.contains("spool is full") == true)
        }
        _ = try await spool.append([.jobs([Self.job("f")], mayBeThere: false)], now: Self.now)
        for _ in 0..<20 { _ = try await spool.append([.end(Self.end("e"))], now: Self.now) }
        #expect(spool.tally.jobs == 3)
        #expect(spool.tally.ends == 20)
        try await spool.close()
    }

    @Test("says when its disk is full, and holds what it had")
    func fullDisk() async throws {
        let folder = try TemporaryFolder()
        let spool = try SQLiteSpool(path: folder.file("spool.db"), pageLimit: 40)
        var taken = 0
        let error = await #expect(throws: MainspringError.self) {
            while taken < 100 {
                let entry = SpoolEntry.jobs([Self.job("j\(taken)", bytes: 8000)], mayBeThere: false)
                _ = try await spool.append([entry], now: Self.now)
                taken += 1
            }
        }
        #expect(error?.code == .storeFull)
        #expect(taken > 2)
        #expect(spool.tally.jobs == taken)
        #expect(try await all(spool).count == taken)
        try await spool.close()
    }

    @Test("refuses a file that is damaged, or no database, or from a later version")
    func damaged() async throws {
        let folder = try TemporaryFolder()
        try Data("this is no database at all, and long enough to be looked at".utf8)
            .write(to: URL(fileURLWithPath: folder.file("text.db")))
        let error = #expect(throws: MainspringError.self) { try SQLiteSpool(path: folder.file("text.db")) }
        #expect(error?.code == .storeCorrupt)

        let path = folder.file("spool.db")
        let spool = try SQLiteSpool(path: path)
        for index in 0..<100 {
            _ = try await spool.append([.jobs([Self.job("j\(index)", bytes: 900)], mayBeThere: false)], now: Self.now)
        }
        try await spool.close()
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try file.seek(toOffset: 4096 * 4)
        try file.write(contentsOf: [UInt8](repeating: 0xA5, count: 4096 * 8))
        try file.close()
        let found = #expect(throws: MainspringError.self) { try SQLiteSpool(path: path) }
        #expect(found?.code == .storeCorrupt)
    }

    @Test("an entry that no version wrote is damage, and one of a later form says so")
    func entries() {
        for entry in Self.entries {
            let bytes = SpoolCodec.bytes(of: entry)
            for count in stride(from: 0, to: bytes.count, by: 7) {
                #expect(throws: (any Error).self) { try SpoolCodec.entry(of: entry.kind, Array(bytes.prefix(count))) }
            }
            #expect(throws: (any Error).self) { try SpoolCodec.entry(of: entry.kind, bytes + [0]) }
            let later = #expect(throws: MainspringError.self) {
                try SpoolCodec.entry(of: entry.kind, [4] + bytes.dropFirst())
            }
            #expect(later?.code == .storeNewer)
        }
    }
}
