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
        try await rule.check(MemoryJobStore())
    }

    @Test("hold in SQLite", arguments: StoreConformance.cases)
    func sqlite(_ rule: StoreConformance.Case) async throws {
        let folder = try TemporaryFolder()
        let store = try SQLiteJobStore(path: folder.file("jobs.db"), durability: .normal)
        try await rule.check(store)
        try await store.close()
    }

    @Test("are seen to be broken when tokens are not checked")
    func mutation() async throws {
        let folder = try TemporaryFolder()
        let memory = try await broken { MemoryJobStore(checksTokens: false) }
        let sqlite = try await broken {
            try SQLiteJobStore(
                path: folder.file(UUID().uuidString), durability: .normal, checksTokens: false, hook: nil)
        }
        #expect(memory.contains("a token that no longer holds settles nothing"))
        #expect(sqlite.contains("a token that no longer holds settles nothing"))
    }

    private func broken(_ make: () throws -> any JobStore) async throws -> [String] {
        var broken: [String] = []
        for rule in StoreConformance.cases {
            let store = try make()
            do { try await rule.check(store) } catch is ConformanceFailure { broken.append(rule.description) }
            try await store.close()
        }
        return broken
    }

    @Test("end with its close")
    func closed() async throws {
        let folder = try TemporaryFolder()
        for store in [MemoryJobStore(), try SQLiteJobStore(path: folder.file("jobs.db"))] as [any JobStore] {
            try await store.close()
            try await store.close()
            await #expect(throws: MainspringError.self) { try await store.queues() }
            await #expect(throws: MainspringError.self) { try await store.setPaused(true, queue: "q") }
        }
    }
}
