import Foundation
import MainspringCore
import MainspringSQLite
import MainspringStore
import MainspringTesting
import Testing

@Suite("The rules of a store")
struct ConformanceTests {
    @Test("hold in memory", arguments: StoreConformance.cases)
    func memory(_ rule: StoreConformance.Case) async throws {
        let time = ManualTime()
        let store = MemoryJobStore(time: time)
        try await rule.check(store, peer: rule.needsPeer ? store.peer() : nil) { time.advance(by: $0) }
    }

    @Test("hold in SQLite", arguments: StoreConformance.cases)
    func sqlite(_ rule: StoreConformance.Case) async throws {
        let folder = try TemporaryFolder()
        let time = ManualTime()
        let path = folder.file("jobs.db")
        let store = try SQLiteJobStore(path: path, durability: .normal, time: time)
        let peer = rule.needsPeer ? try SQLiteJobStore(path: path, durability: .normal, time: time) : nil
        try await rule.check(store, peer: peer) { time.advance(by: $0) }
        try await peer?.close()
        try await store.close()
    }

    /// What a store without token checks must be seen to break: an end, a report and a new job of an attempt that lost its
    /// job.
    private static let seen: Set = [
        "a token that no longer holds settles nothing", "a token that no longer holds reports nothing",
        "an attempt whose token no longer holds makes no job",
    ]

    @Test("are seen to be broken when tokens are not checked")
    func mutation() async throws {
        let folder = try TemporaryFolder()
        let memory = try await broken { MemoryJobStore(time: $0, checksTokens: false) }
        let sqlite = try await broken {
            try SQLiteJobStore(
                path: folder.file(UUID().uuidString), durability: .normal, time: $0,
                checksTokens: false, hook: nil)
        }
        #expect(Self.seen.subtracting(memory) == [])
        #expect(Self.seen.subtracting(sqlite) == [])
    }

    private func broken(_ make: (ManualTime) throws -> any JobStore) async throws -> Set<String> {
        var broken: Set<String> = []
        for rule in StoreConformance.cases where !rule.needsPeer {
            let time = ManualTime()
            let store = try make(time)
            do {
                try await rule.check(store) { time.advance(by: $0) }
            } catch is ConformanceFailure { broken.insert(rule.description) }
            try await store.close()
        }
        return broken
    }

    @Test("cannot be checked without the second handle where they are about two")
    func peer() async throws {
        let rule = try #require(StoreConformance.cases.first { $0.needsPeer })
        await #expect(throws: ConformanceFailure.self) {
            try await rule.check(MemoryJobStore(time: ManualTime())) { _ in }
        }
    }

    @Test("end with its close")
    func closed() async throws {
        let folder = try TemporaryFolder()
        let time = ManualTime()
        for store in [MemoryJobStore(time: time), try SQLiteJobStore(path: folder.file("jobs.db"), time: time)]
            as [any JobStore]
        {
            try await store.close()
            try await store.close()
            await #expect(throws: MainspringError.self) { try await store.queues() }
            await #expect(throws: MainspringError.self) { try await store.setPaused(true, queue: "q") }
            await #expect(throws: MainspringError.self) { try await store.nodes() }
        }
    }
}
