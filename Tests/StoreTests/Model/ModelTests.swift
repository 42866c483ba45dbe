import Foundation
import MainspringCore
import MainspringSQLite
import MainspringStore
import MainspringTesting
import Testing

/// One part after the other: side by side they would keep every other test off the pool.
@Suite("SQLite does what the memory store does", .serialized)
struct ModelTests {
    /// `make soak` begins elsewhere.
    private static let firstSeed = ProcessInfo.processInfo.environment["MAINSPRING_SEED"].flatMap { UInt64($0) } ?? 0
    private static let parts = 8
    private static let perPart = 1250
    private static let steps = 30

    /// Each seed is one sequence; a failure prints the seed and the steps up to the difference.
    @Test("step by step, over ten thousand random sequences", arguments: 0..<parts)
    func sequences(_ part: Int) async throws {
        let folder = try TemporaryFolder(inMemory: true)
        let time = ManualTime()
        let file = try ReusedFile(path: folder.file("jobs.db"), time: time)
        let first = Self.firstSeed + UInt64(part * Self.perPart)
        for seed in first..<first + UInt64(Self.perPart) {
            var sequence = StoreSequence(
                seed: seed, first: MemoryJobStore(time: time), second: file.store, time: time)
            if let difference = try await sequence.run(steps: Self.steps) {
                let steps = sequence.operations.map { "\($0)" }.joined(separator: "\n")
                Issue.record("seed \(seed): \(difference)\n\(steps)")
                return
            }
            try file.empty()
        }
        try await file.store.close()
    }

    @Test("and the sequences reach every answer that a store can give")
    func reach() async throws {
        var reached: Set<String> = []
        for seed in UInt64(0)..<1000 where !reached.isSuperset(of: StoreAnswer.wanted) {
            let time = ManualTime()
            let store = MemoryJobStore(time: time)
            var source = OperationSource(seed: seed)
            for _ in 0..<Self.steps {
                let operation = source.next()
                if case .advance(let duration) = operation { time.advance(by: duration) }
                let answer = try await operation.run(on: store)
                source.learn(answer)
                reached.formUnion(answer.outcomes)
            }
        }
        #expect(StoreAnswer.wanted.subtracting(reached) == [])
    }

    @Test("and the comparison sees a difference")
    func comparison() async throws {
        // Two stores of which one checks no tokens: the sequences use stale tokens often enough to tell.
        var found = false
        for seed in UInt64(0)..<100 where !found {
            let time = ManualTime()
            var sequence = StoreSequence(
                seed: seed, first: MemoryJobStore(time: time), second: MemoryJobStore(time: time, checksTokens: false),
                time: time)
            found = try await sequence.run(steps: Self.steps) != nil
        }
        #expect(found)
    }
}
