import Foundation
import MainspringTesting
import Testing

/// `MAINSPRING_CHAOS_SECONDS=… MAINSPRING_SEED=…` runs it longer, and again; scripts/soak does. `MAINSPRING_CHAOS_FAULT=half-open`
/// has that fault alone.
@Suite("Nodes under random faults", .serialized)
struct ChaosTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let seconds = environment["MAINSPRING_CHAOS_SECONDS"].flatMap { Int($0) }

    @Test("lose nothing, and are busy again at once", .enabled(if: seconds != nil))
    func chaos() async throws {
        let seed = Self.environment["MAINSPRING_SEED"].flatMap { UInt64($0) } ?? UInt64(Date().timeIntervalSince1970)
        print("chaos: seed \(seed)")
        let result = try await ChaosRun.run(
            for: .seconds(Self.seconds ?? 10), seed: seed, only: Self.environment["MAINSPRING_CHAOS_FAULT"])
        let slowest = result.busy.max { $0.milliseconds < $1.milliseconds }
        print(
            "chaos: \(result.faults) faults, \(result.tally.summary); busy again after at most "
                + "\(slowest?.milliseconds ?? 0) ms (\(slowest?.fault ?? "-"))")
        for (fault, times) in Dictionary(grouping: result.busy, by: \.fault).sorted(by: { $0.key < $1.key }) {
            print("chaos: busy again after \(times.map(\.milliseconds)) ms: \(fault)")
        }
        let isWhole = result.tally.isWhole()
        #expect(isWhole, "seed \(seed): \(result.tally.details)")
        for (fault, milliseconds) in result.busy {
            #expect(milliseconds <= 1000, "seed \(seed): \(fault)")
        }
    }

    @Test("take every call while Redis is away", .timeLimit(.minutes(2)))
    func outage() async throws {
        let seconds = Self.seconds == nil ? 2 : 10
        let world = try await ChaosWorld.start(nodes: 1, rate: 200)
        let clock = ContinuousClock()
        try await clock.sleep(for: .seconds(seconds / 2))
        await world.redis.kill()
        let gone = ChaosWorld.now()
        // The outage itself.
        try await clock.sleep(for: .seconds(seconds))
        let back = ChaosWorld.now()
        try await world.redis.restart()
        try await world.settle()
        let tally = try await ChaosTally.of(world)
        // Not the whole tally in the report.
        let isWhole = tally.isWhole()
        #expect(isWhole, "\(tally.summary): \(tally.details)")
        let answers = world.nodes[0].ledger.all("A")
        let p99s = [0..<gone, gone..<back].map { range in
            ChaosTally(latencies: answers.filter { range.contains($0.at) }.compactMap { Int($0.words[1]) }).p99
        }
        print("outage of \(seconds) s: \(tally.summary); p99 of a call before \(p99s[0]) ms, meanwhile \(p99s[1]) ms")
        // Only where nothing else runs does it say something.
        if Self.seconds != nil { #expect(p99s[1] - p99s[0] <= 5) }
    }
}
