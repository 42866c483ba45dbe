import MainspringCore
import Testing

@testable import MainspringRuntime

@Suite("What the pool's silence means")
struct HeartMachineTests {
    private struct Beat: Sendable {
        /// Milliseconds.
        var at: Int64
        var silent: [PoolPart]
    }

    private struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let beats: [Beat]
        let at: Int64
        let expected: LivenessReport.State
        let unanswered: Int64
    }

    /// A beat every second, which all parts answer but these.
    private static func beats(_ seconds: ClosedRange<Int64>, silent: PoolPart...) -> [Beat] {
        seconds.map { Beat(at: $0 * 1000, silent: silent) }
    }

    private static func beat(_ at: Int64, silent: PoolPart...) -> Beat { Beat(at: at, silent: silent) }

    private static let cases = [
        Case(
            testDescription: "every part answered", beats: beats(0...3), at: 3900, expected: .working, unanswered: 0),
        Case(
            testDescription: "an answer may take its time", beats: beats(0...0, silent: .medium), at: 500,
            expected: .working, unanswered: 500),
        Case(
            testDescription: "an answer is overdue right between two beats", beats: beats(0...0, silent: .medium),
            at: 501, expected: .busy, unanswered: 501),
        Case(
            testDescription: "one silent part is enough", beats: beats(0...9, silent: .medium), at: 9999,
            expected: .busy, unanswered: 9999),
        Case(
            testDescription: "ten seconds are the limit", beats: beats(0...10, silent: .medium), at: 10_000,
            expected: .wedged, unanswered: 10_000),
        Case(
            testDescription: "high priority is vital too", beats: beats(0...12, silent: .high), at: 12_000,
            expected: .wedged, unanswered: 12_000),
        Case(
            testDescription: "work of low priority makes busy, however long",
            beats: beats(0...600, silent: .low, .background), at: 600_000, expected: .busy, unanswered: 600_000),
        Case(
            testDescription: "an answer ends it at once", beats: beats(0...20, silent: .medium) + [beat(21_000)],
            at: 21_001, expected: .working, unanswered: 0),
        Case(
            testDescription: "a beat may be a little late",
            beats: [beat(0, silent: .medium), beat(1250, silent: .medium)], at: 1300, expected: .busy,
            unanswered: 1300),
        Case(
            testDescription: "a stopped process is not wedged when it goes on, before its first beat",
            beats: beats(0...9, silent: .medium), at: 100_000, expected: .busy, unanswered: 9000),
        Case(
            testDescription: "nor after it", beats: beats(0...9, silent: .medium) + [beat(100_000, silent: .medium)],
            at: 100_500, expected: .busy, unanswered: 9500),
        Case(
            testDescription: "but what follows counts",
            beats: beats(0...9, silent: .medium) + beats(100...101, silent: .medium), at: 101_000, expected: .wedged,
            unanswered: 10_000),
        Case(
            testDescription: "a process that hardly runs is never wedged",
            beats: (0...60).map { beat($0 * 1300, silent: .medium) }, at: 78_100, expected: .working, unanswered: 100),
        Case(
            testDescription: "a question that was out when the process stopped starts over",
            beats: [beat(0, silent: .medium), beat(3_600_000, silent: .medium)], at: 3_600_400, expected: .working,
            unanswered: 400),
    ]

    @Test("working, busy and wedged", arguments: cases)
    private func table(_ item: Case) {
        var machine = HeartMachine(policy: HeartPolicy(), at: MonotonicInstant(nanoseconds: 0))
        for beat in item.beats {
            _ = machine.beat(at: instant(beat.at))
            for part in PoolPart.allCases where !beat.silent.contains(part) { machine.answered(part) }
        }
        let expected = LivenessReport(state: item.expected, unanswered: .milliseconds(item.unanswered))
        #expect(machine.liveness(at: instant(item.at)) == expected)
    }

    @Test("a part is asked again when it has answered, and only every fourth time when it is not vital") func asking() {
        var machine = HeartMachine(policy: HeartPolicy(), at: instant(0))
        #expect(machine.beat(at: instant(0)) == PoolPart.allCases)
        #expect(machine.beat(at: instant(1000)) == [])
        for part in [PoolPart.high, .low] { machine.answered(part) }
        #expect(machine.beat(at: instant(2000)) == [.high])
        #expect(machine.beat(at: instant(3000)) == [])
        #expect(machine.beat(at: instant(4000)) == [.low])
    }

    private func instant(_ milliseconds: Int64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: milliseconds * 1_000_000)
    }
}
