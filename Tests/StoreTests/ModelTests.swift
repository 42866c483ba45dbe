import Foundation
import MainspringCore
import MainspringSQLite
import MainspringStore
import MainspringTesting
import Testing

@Suite("SQLite does what the memory store does")
struct ModelTests {
    /// `make soak` begins elsewhere.
    private static let firstSeed = ProcessInfo.processInfo.environment["MAINSPRING_SEED"].flatMap { UInt64($0) } ?? 0

    /// Each seed is one sequence; a failure prints the seed and the steps up to the difference.
    @Test("step by step, over random sequences", arguments: 0..<8)
    func sequences(_ part: Int) async throws {
        for seed in Self.firstSeed + UInt64(part * 40)..<Self.firstSeed + UInt64(part * 40 + 40) {
            let folder = try TemporaryFolder()
            let sqlite = try SQLiteJobStore(path: folder.file("jobs.db"), durability: .normal)
            var sequence = StoreSequence(seed: seed, memory: MemoryJobStore(), sqlite: sqlite)
            let difference = try await sequence.run(steps: 60)
            if let difference {
                Issue.record("seed \(seed): \(difference)\n\(sequence.steps.joined(separator: "\n"))")
                return
            }
            try await sqlite.close()
        }
    }

    @Test("and the comparison sees a difference")
    func comparison() async throws {
        // Two stores of which one checks no tokens: the sequences use stale tokens often enough to tell.
        var found = false
        for seed in UInt64(0)..<100 where !found {
            var sequence = StoreSequence(
                seed: seed, memory: MemoryJobStore(), sqlite: MemoryJobStore(checksTokens: false))
            found = try await sequence.run(steps: 60) != nil
        }
        #expect(found)
    }
}
