import Foundation
import MainspringCore
import MainspringStore
import MainspringTesting
import Testing

@testable import MainspringRedis

/// One part after the other: side by side they would keep every other test off the pool.
@Suite("Redis does what the memory store does", .serialized)
struct RedisModelTests {
    /// `make soak` begins elsewhere, and runs more.
    private static let environment = ProcessInfo.processInfo.environment
    private static let firstSeed = environment["MAINSPRING_SEED"].flatMap { UInt64($0) } ?? 0
    private static let parts = 4
    private static let perPart = environment["MAINSPRING_REDIS_SEQUENCES"].flatMap { Int($0) }.map { $0 / parts } ?? 250
    private static let steps = 30

    /// Each seed is one sequence; a failure prints the seed and the steps up to the difference.
    @Test("step by step, over a thousand random sequences", arguments: 0..<parts)
    func sequences(_ part: Int) async throws {
        let first = Self.firstSeed + UInt64(part * Self.perPart)
        let namespace = StoreKit.namespace()
        let store = try await StoreKit.store(namespace)
        for seed in first..<first + UInt64(Self.perPart) {
            let time = ManualTime()
            var sequence = StoreSequence(
                seed: seed, first: MemoryJobStore(time: time), second: store, time: time
            ) { try await store.advanceClock(by: $0) }
            if let difference = try await sequence.run(steps: Self.steps) {
                let steps = sequence.operations.map { "\($0)" }.joined(separator: "\n")
                Issue.record("seed \(seed): \(difference)\n\(steps)")
                return
            }
            try await StoreConformance.Case.checkWhole(store)
            let leaks = try await store.leaks()
            #expect(leaks == [], "seed \(seed)")
            try await store.clear()
            try await store.stopClock()
        }
        try await store.close()
    }
}
