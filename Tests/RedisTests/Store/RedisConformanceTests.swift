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
        try await rule.check(store, peer: peer) { try await store.advanceClock(by: $0) }
        try await store.clear()
        try await peer?.close()
        try await store.close()
    }
}
