import MainspringCore
import MainspringStore
import MainspringTesting
import Testing

@testable import MainspringRedis

@Suite("The rules of a store")
struct RedisConformanceTests {
    @Test("hold in Redis", arguments: StoreConformance.cases)
    func redis(_ rule: StoreConformance.Case) async throws {
        let namespace = StoreKit.namespace()
        let store = try await StoreKit.store(namespace)
        let peer = rule.needsPeer ? try await StoreKit.store(namespace) : nil
        if peer != nil {
            _ = try await store.open()
            _ = try await peer?.open()
        }
        try await rule.check(store, peer: peer) { try await store.advanceClock(by: $0) }
        try await store.clear()
        try await peer?.close()
        try await store.close()
    }

    /// What a store without token checks must be seen to break: an end, a report and a new job of an attempt that lost its job.
    private static let seen: Set = [
        "a token that no longer holds settles nothing", "a token that no longer holds reports nothing",
        "an attempt whose token no longer holds makes no job",
    ]

    @Test("are seen to be broken in Redis when tokens are not checked")
    func mutation() async throws {
        var broken: Set<String> = []
        for rule in StoreConformance.cases where !rule.needsPeer {
            let store = try await StoreKit.store(StoreKit.namespace(), editing: Self.withoutTokens)
            do {
                try await rule.check(store) { try await store.advanceClock(by: $0) }
            } catch is ConformanceFailure { broken.insert(rule.description) }
            try await store.clear()
            try await store.close()
        }
        #expect(Self.seen.subtracting(broken) == [])
    }

    /// Takes every comparison of a token out of a script.
    private static func withoutTokens(_ script: String) -> String {
        script.replacing("held ~= token or ", with: "").replacing("job.token ~= token or ", with: "")
            .replacing("job.token == ARGV[from + 1] and ", with: "")
    }

    @Test("end in Redis with its close")
    func closed() async throws {
        let store = try await StoreKit.store(StoreKit.namespace())
        try await store.close()
        try await store.close()
        await #expect(throws: MainspringError(.storeFailed, "the store is closed")) { try await store.queues() }
        await #expect(throws: MainspringError.self) { try await store.setPaused(true, queue: "q") }
        await #expect(throws: MainspringError.self) { try await store.nodes() }
    }
}
