import Foundation
import GRDB
import MainspringCore
import MainspringSQLite
import MainspringStore
import MainspringTesting
import Testing

@Suite("The check of a store's file")
struct CheckTests {
    private let kit: FileKit

    init() throws { kit = try FileKit() }

    /// With jobs in every state, an output, a follower and a parked job.
    private func fill() async throws -> SQLiteJobStore {
        let store = try SQLiteJobStore(path: kit.file, time: ManualTime())
        let term = try await kit.beat(store)
        let hold = UniquePolicy(onConflict: .keepLast).hold(kind: "k", queue: "q", arguments: [:], now: FileKit.at(0))
        _ = try await store.insert([[kit.job("runs", hold: hold)]], now: FileKit.at(0))
        let running = try await kit.claim(store)[0]
        _ = try await store.insert(
            [[kit.job("follows", hold: hold)], [kit.job("ends"), kit.job("waits")]], now: FileKit.at(0))
        let ending = try await kit.claim(store, nonce: "m")[0]
        _ = try await store.settle([kit.settlement(ending)])
        let output = AttemptOutput(standardOutput: [1, 2])
        _ = try await store.report(
            [AttemptReport(id: running.job.id, token: running.token, output: output)], now: FileKit.at(2))
        var foreign = kit.job("parked", queue: "other")
        foreign.record.kind = "unknown"
        foreign.record.tags = ["t"]
        _ = try await store.insert([[foreign]], now: FileKit.at(0))
        #expect(try await store.park(under: term, limit: 10).parked == 1)
        return store
    }

    @Test("finds nothing in a whole one, while a node uses it and afterwards, and does not change it")
    func whole() async throws {
        let store = try await fill()
        #expect(try await store.check() == [])
        #expect(try await SQLiteStoreFile.check(path: kit.file) == [])
        try await store.close()
        let before = try Data(contentsOf: URL(filePath: kit.file))
        #expect(try await SQLiteStoreFile.check(path: kit.file) == [])
        #expect(try Data(contentsOf: URL(filePath: kit.file)) == before)
    }

    @Test(
        "says what is wrong",
        arguments: [
            ("UPDATE mainspring_job SET unique_rule = 9 WHERE id = 'runs'", "no version wrote"),
            ("UPDATE mainspring_job SET token = NULL WHERE id = 'runs'", "held by nobody, the first is runs"),
            ("UPDATE mainspring_job SET token = 'n.9' WHERE id = 'runs'", "a token that is not theirs"),
            ("UPDATE mainspring_job SET owner_node = 'bob' WHERE id = 'waits'", "held by an attempt and do not run"),
            ("UPDATE mainspring_job SET finished_at = NULL WHERE id = 'ends'", "have no end"),
            ("UPDATE mainspring_job SET parked = NULL WHERE id = 'parked'", "counters differ"),
            ("UPDATE mainspring_job SET parked = 'why' WHERE id = 'ends'", "parked and not available"),
            ("UPDATE mainspring_job SET rank = 1 WHERE id = 'waits'", "that of their time and priority"),
            ("UPDATE mainspring_job SET unique_key = NULL WHERE id = 'runs'", "a rule without a key"),
            ("UPDATE mainspring_job SET marks = 1 WHERE id = 'runs'", "wait for the end of another"),
            ("DELETE FROM mainspring_live", "output so far is here, and it is not"),
            ("UPDATE mainspring_job SET marks = 2 WHERE id = 'runs'", "belong to no attempt that runs"),
            ("DELETE FROM mainspring_job WHERE id = 'ends'", "attempts belong to no job"),
            ("DELETE FROM mainspring_attempt", "count other attempts than they have"),
            ("UPDATE mainspring_tally SET n = n + 1 WHERE state = 2", "counters differ"),
            ("DELETE FROM mainspring_term", "terms too many or too few"),
            ("UPDATE mainspring_job SET tags = '[' WHERE id = 'parked'", "are not JSON"),
            ("DROP TABLE mainspring_schema", "no tables of this version"),
        ])
    func damage(_ sql: String, _ expected: String) async throws {
        try await fill().close()
        try kit.run(sql)
        let problems = try await SQLiteStoreFile.check(path: kit.file)
        #expect(problems.contains { $0.contains(expected) }, "\(problems)")
    }

    @Test("finds pages that are damaged")
    func pages() async throws {
        let store = try await fill()
        _ = try await store.insert((0..<500).map { [kit.job("more-\($0)")] }, now: FileKit.at(0))
        try await store.close()
        let handle = try FileHandle(forUpdating: URL(filePath: kit.file))
        let size = try handle.seekToEnd()
        try handle.seek(toOffset: size - 8192)
        try handle.write(contentsOf: Data(repeating: 0xA5, count: 8192))
        try handle.close()
        let problems = try await SQLiteStoreFile.check(path: kit.file)
        #expect(problems.contains { $0.hasPrefix("SQLite: ") }, "\(problems)")
    }

    @Test("refuses what is no file of ours, and one of a later version")
    func refused() async throws {
        #expect(await kit.code { _ = try await SQLiteStoreFile.check(path: kit.file) } == .storeReadOnly)
        let text = kit.folder.file("text")
        try String(repeating: "this is no database\n", count: 100).write(
            toFile: text, atomically: false, encoding: .utf8)
        #expect(await kit.code { _ = try await SQLiteStoreFile.check(path: text) } == .storeCorrupt)
        try await SQLiteJobStore(path: kit.file).close()
        try kit.run("UPDATE mainspring_schema SET version = 99")
        #expect(await kit.code { _ = try await SQLiteStoreFile.check(path: kit.file) } == .storeNewer)
    }
}
