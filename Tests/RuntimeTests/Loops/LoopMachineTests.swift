import Glibc
import MainspringCore
import MainspringTesting
import Testing

@testable import MainspringRuntime

@Suite("The loop's machine")
struct LoopMachineTests {
    typealias Work = LoopSimulation.Work

    struct Pace: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let spec: LoopSpec
        /// Seconds; the last one is for all turns after.
        let takes: [Int]
        let lines: [String]
    }

    static let second = Duration.seconds(1)

    @Test(
        "turns begin when pacing, overlap and the first turn's rule say",
        arguments: [
            Pace(
                testDescription: "a fixed rate is anchored at the start", spec: LoopSpec(every: .seconds(10)),
                takes: [3], lines: ["0s begin 1", "10s begin 2", "20s begin 3", "30s begin 4"]),
            Pace(
                testDescription: "the first turn may wait for the interval",
                spec: LoopSpec(every: .seconds(10), first: .afterInterval), takes: [3],
                lines: ["10s begin 1", "20s begin 2", "30s begin 3"]),
            Pace(
                testDescription: "a fixed delay counts from the end",
                spec: LoopSpec(every: .seconds(10), pacing: .fixedDelay), takes: [3, 7],
                lines: ["0s begin 1", "13s begin 2", "30s begin 3"]),
            Pace(
                testDescription: "a fixed delay may be waited for first",
                spec: LoopSpec(every: .seconds(10), pacing: .fixedDelay, first: .afterInterval), takes: [2],
                lines: ["10s begin 1", "22s begin 2", "34s begin 3"]),
            Pace(
                testDescription: "a fixed delay of nothing is back to back",
                spec: LoopSpec(every: .zero, pacing: .fixedDelay), takes: [12, 13],
                lines: ["0s begin 1", "12s begin 2", "25s begin 3"]),
            Pace(
                testDescription: "skip: what falls on a running turn does not take place, and shifts nothing",
                spec: LoopSpec(every: .seconds(10)), takes: [15, 1],
                lines: ["0s begin 1", "10s skip running 1", "20s begin 2", "30s begin 3"]),
            Pace(
                testDescription: "a turn that ends as the next is due does not stand in its way",
                spec: LoopSpec(every: .seconds(10)), takes: [10],
                lines: ["0s begin 1", "10s begin 2", "20s begin 3", "30s begin 4"]),
            Pace(
                testDescription: "queue: one waits, and is late",
                spec: LoopSpec(every: .seconds(10), overlap: .queue()), takes: [15, 1],
                lines: ["0s begin 1", "15s begin 2 late 5s", "20s begin 3", "30s begin 4"]),
            Pace(
                testDescription: "queue: beyond the limit turns are skipped",
                spec: LoopSpec(every: .seconds(10), overlap: .queue()), takes: [32, 1],
                lines: ["0s begin 1", "20s skip full 1", "30s skip full 1", "32s begin 2 late 22s"]),
            Pace(
                testDescription: "queue: as many wait as stated",
                spec: LoopSpec(every: .seconds(10), overlap: .queue(limit: 2)), takes: [32, 1],
                lines: ["0s begin 1", "30s skip full 1", "32s begin 2 late 22s", "33s begin 3 late 13s"]),
            Pace(
                testDescription: "allow: turns run together",
                spec: LoopSpec(every: .seconds(10), overlap: .allow()), takes: [100],
                lines: ["0s begin 1", "10s begin 2", "20s begin 3", "30s begin 4"]),
            Pace(
                testDescription: "allow: beyond the limit turns are skipped",
                spec: LoopSpec(every: .seconds(10), overlap: .allow(limit: 2)), takes: [25, 100],
                lines: ["0s begin 1", "10s begin 2", "20s skip full 1", "30s begin 3"]),
            Pace(
                testDescription: "jitter puts each turn off, and shifts none after it",
                spec: LoopSpec(every: .seconds(10), jitter: .seconds(4)), takes: [1],
                lines: ["4s begin 1", "14s begin 2", "24s begin 3", "34s begin 4"]),
        ])
    func pace(_ pace: Pace) {
        var loop = LoopSimulation(pace.spec) { Work(takes: .seconds(pace.takes[min($0, pace.takes.count) - 1])) }
        loop.feed(.start)
        loop.run(for: .seconds(34))
        #expect(loop.lines("begin", "skip") == pace.lines)
        #expect(loop.machine.statistics.turns == loop.lines("begin").count)
        #expect(loop.machine.statistics.skipped == loop.lines("skip").count)
    }

    @Test("jitter is drawn below its bound, for each turn anew")
    func jitterIsDrawn() {
        var loop = LoopSimulation(LoopSpec(every: .seconds(10), jitter: .seconds(2)), random: SeededGenerator(seed: 7))
        { _ in
            Work(takes: .zero)
        }
        loop.feed(.start)
        loop.run(for: .seconds(1000))
        let offsets = loop.lines("begin").enumerated().compactMap { index, line in
            Duration(text: line.prefix { $0 != " " }).map { $0 - .seconds(10 * index) }
        }
        #expect(offsets.count == 100)
        #expect(offsets.allSatisfy { $0 >= .zero && $0 <= .seconds(2) })
        #expect(Set(offsets).count > 90)
    }

    struct Gap: Sendable {
        let slept: Int
        let lines: [String]
    }

    @Test(
        "turns that fall into a gap are counted, not made up, and the anchor stays",
        arguments: [
            Gap(slept: 0, lines: ["20s begin 3", "30s begin 4", "40s begin 5"]),
            Gap(slept: 5, lines: ["21s begin 3 late 1s", "30s begin 4", "40s begin 5", "50s begin 6"]),
            Gap(slept: 14, lines: ["30s skip missed 1", "30s begin 3", "40s begin 4", "50s begin 5", "60s begin 6"]),
            Gap(
                slept: 25,
                lines: ["41s skip missed 2", "41s begin 3 late 1s", "50s begin 4", "60s begin 5", "70s begin 6"]),
            Gap(
                slept: 86_400,
                lines: [
                    "86416s skip missed 8639", "86416s begin 3 late 6s", "86420s begin 4", "86430s begin 5",
                    "86440s begin 6",
                ]),
        ])
    func gap(_ gap: Gap) {
        var loop = LoopSimulation(LoopSpec(every: .seconds(10))) { _ in Work(takes: .seconds(1)) }
        loop.feed(.start)
        loop.run(for: .seconds(16))
        loop.sleep(.seconds(gap.slept))
        loop.run(for: .seconds(30))
        #expect(loop.lines("begin", "skip") == ["0s begin 1", "10s begin 2"] + gap.lines)
        #expect(loop.machine.statistics.missed == max(0, (gap.slept + 16) / 10 - 2))
    }

    @Test("jitter near the interval is no gap")
    func jitterIsNoGap() {
        var loop = LoopSimulation(LoopSpec(every: .seconds(10), jitter: .seconds(10)), random: SeededGenerator(seed: 3))
        { _ in
            Work(takes: .zero)
        }
        loop.feed(.start)
        loop.run(for: .seconds(1000))
        #expect(loop.machine.statistics.missed == 0)
        #expect((99...100).contains(loop.machine.statistics.turns))
    }

    @Test("after a gap a fixed delay takes one turn, late, and misses none")
    func gapInDelay() {
        var loop = LoopSimulation(LoopSpec(every: .seconds(10), pacing: .fixedDelay)) { _ in Work(takes: .seconds(1)) }
        loop.feed(.start)
        loop.run(for: .seconds(5))
        loop.sleep(.seconds(100))
        loop.run(for: .seconds(10))
        #expect(loop.lines("begin", "skip") == ["0s begin 1", "105s begin 2 late 1m34s"])
        #expect(loop.machine.statistics.missed == 0)
    }

    @Test("a failure degrades the loop, the next good turn ends that, and the loop goes on")
    func failures() {
        var loop = LoopSimulation(LoopSpec(every: .seconds(10))) { number in
            Work(takes: .seconds(1), end: number == 2 || number == 3 ? .failure("no price \(number)") : .success)
        }
        loop.feed(.start)
        loop.run(for: .seconds(45))
        #expect(
            loop.lines == [
                "0s begin 1", "1s end 1 success",
                "10s begin 2", "11s end 2 failure", "11s degraded: turn 2 failed: no price 2",
                "20s begin 3", "21s end 3 failure", "21s degraded: turn 3 failed: no price 3",
                "30s begin 4", "31s end 4 success", "31s recovered",
                "40s begin 5", "41s end 5 success",
            ])
        #expect(loop.machine.statistics.failures == 2)
    }

    @Test("failures in a row end the loop as failed, those between good turns do not")
    func maxFailures() {
        var loop = LoopSimulation(LoopSpec(every: .seconds(10), maxFailures: 2)) { number in
            Work(takes: .seconds(1), end: [1, 3, 4].contains(number) ? .failure("no") : .success)
        }
        loop.feed(.start)
        loop.run(for: .seconds(100))
        #expect(
            loop.lines("ended", "begin").suffix(2) == [
                "30s begin 4",
                "31s ended badly: 2 turns in a row failed, the last one so: turn 4 failed: no",
            ])
        #expect(loop.machine.phase == .ended)
    }

    @Test("a timeout cancels the turn, counts as a failure at once, and not again at its end")
    func timeouts() {
        var loop = LoopSimulation(LoopSpec(every: .seconds(10), timeout: .seconds(3))) { number in
            Work(takes: .seconds(number == 1 ? 60 : 1), obeys: .seconds(2))
        }
        loop.feed(.start)
        loop.run(for: .seconds(15))
        #expect(
            loop.lines == [
                "0s begin 1", "3s timeout 1", "3s cancel 1 TERM 5s", "3s degraded: turn 1 timed out after 3.0s",
                "5s end 1 timeout", "10s begin 2", "11s end 2 success", "11s recovered",
            ])
        let statistics = loop.machine.statistics
        #expect((statistics.timeouts, statistics.failures, statistics.zombies) == (1, 0, 0))
    }

    @Test("work that a cancelled turn still finishes does not undo its timeout")
    func lateSuccess() {
        var loop = LoopSimulation(LoopSpec(every: .seconds(60), timeout: .seconds(3))) { _ in
            Work(takes: .seconds(60), obeys: .seconds(1), cancelled: .success)
        }
        loop.feed(.start)
        loop.run(for: .seconds(10))
        #expect(loop.lines("end", "recovered") == ["4s end 1 timeout"])
    }

    @Test("timeouts in a row end the loop; the turn that timed out is waited for")
    func timeoutsEnd() {
        var loop = LoopSimulation(LoopSpec(every: .seconds(10), timeout: .seconds(3), maxFailures: 1)) { _ in
            Work(takes: .seconds(60), obeys: .seconds(1))
        }
        loop.feed(.start)
        loop.run(for: .seconds(50))
        #expect(loop.lines("end") == ["4s end 1 timeout", "4s ended badly: turn 1 timed out after 3.0s"])
    }

    @Test("a turn that ignores cancellation is a zombie once, and ends a loop whose turns do not overlap as failed")
    func zombie() {
        let spec = LoopSpec(every: .seconds(10), timeout: .seconds(3), patience: .seconds(5))
        var loop = LoopSimulation(spec) { Work(takes: .seconds($0 == 1 ? 25 : 1), obeys: nil) }
        loop.feed(.start)
        loop.run(for: .seconds(9))
        #expect(loop.machine.statistics.zombies == 1)
        loop.run(for: .seconds(23))
        #expect(
            loop.lines == [
                "0s begin 1", "3s timeout 1", "3s cancel 1 TERM 5s", "3s degraded: turn 1 timed out after 3.0s",
                "8s zombie 1", "8s degraded: turn 1 hangs: it was cancelled, and has not ended after 8.0s",
                "8s ended badly: too many turns hang: turn 1 turn 1", "25s no zombie 1", "25s end 1 timeout",
            ])
        #expect(loop.machine.statistics.zombies == 0)
    }

    @Test("once the node takes no new work no turn begins, waiting ones included, and the one that runs goes on")
    func quiet() {
        let spec = LoopSpec(every: .seconds(10), overlap: .queue())
        var loop = LoopSimulation(spec) { _ in Work(takes: .seconds(25)) }
        loop.feed(.start)
        loop.run(for: .seconds(12))
        loop.feed(.quiet)
        loop.run(for: .seconds(100))
        #expect(loop.lines == ["0s begin 1", "12s skip stopping 1", "25s end 1 success"])
    }

    @Test("a good turn beside a zombie does not hide it; its end does")
    func zombieBesideGoodTurns() {
        let spec = LoopSpec(every: .seconds(10), overlap: .allow(), timeout: .seconds(3))
        var loop = LoopSimulation(spec) { Work(takes: .seconds($0 == 1 ? 25 : 1), obeys: nil) }
        loop.feed(.start)
        loop.run(for: .seconds(26))
        #expect(loop.lines("end 2", "recovered") == ["11s end 2 success", "25s recovered"])
    }

    @Test(
        "more zombies than allowed end the loop as failed, and name them",
        arguments: [
            (0, 0, "8s ended badly: too many turns hang: turn 1 turn 1"),
            (1, 0, "18s ended badly: too many turns hang: turn 1, turn 2 turn 1 turn 2"),
            (1, 1, "8s ended badly: too many turns hang: turn 1 turn 1"),
        ])
    func zombiesTrip(limit: Int, leftover: Int, line: String) {
        let spec = LoopSpec(every: .seconds(10), overlap: .allow(), timeout: .seconds(3), maxZombies: limit)
        var loop = LoopSimulation(spec, leftover: leftover) { _ in Work(takes: .seconds(1000), obeys: nil) }
        loop.feed(.start)
        loop.run(for: .seconds(100))
        #expect(loop.lines("ended") == [line])
        loop.run(for: .seconds(1000))
        // They are still counted out, long after.
        #expect(loop.machine.statistics.zombies == 0)
        #expect(loop.lines("ended").count == 1)
    }

    @Test("a loop that trips cancels its other turns, and waits for them")
    func tripCancelsOthers() {
        let spec = LoopSpec(every: .seconds(2), overlap: .allow(), timeout: .seconds(3), maxZombies: 0)
        var loop = LoopSimulation(spec) { Work(takes: .seconds(1000), obeys: $0 == 1 ? nil : .seconds(2)) }
        loop.feed(.start)
        loop.run(for: .seconds(30))
        #expect(
            loop.lines("cancel", "end").suffix(6) == [
                "8s cancel 4 TERM 5s", "8s cancel 5 TERM 5s", "9s end 3 timeout", "10s end 4 cancelled",
                "10s end 5 cancelled", "10s ended badly: too many turns hang: turn 1 turn 1",
            ])
    }

    @Test("a command's turn counts as hanging only a while after its KILL")
    func margin() {
        let spec = LoopSpec(every: .seconds(60), timeout: .seconds(3))
        var loop = LoopSimulation(spec, margin: .seconds(1)) { _ in
            Work(takes: .seconds(1000), obeys: .seconds(5), cancelled: .killed("signal KILL"))
        }
        loop.feed(.start)
        loop.run(for: .seconds(30))
        #expect(loop.lines("cancel", "end", "zombie") == ["3s cancel 1 TERM 5s", "8s end 1 timeout"])
    }

    struct Stop: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var spec = LoopSpec(every: .seconds(10))
        var work = Work(takes: .seconds(8), obeys: .seconds(1))
        var orders: [(at: Int, order: StopOrder)]
        let lines: [String]
    }

    @Test(
        "a stop lets turns drain, cancels them, and ends with the last",
        arguments: [
            Stop(
                testDescription: "between turns it ends at once", work: Work(takes: .seconds(1)),
                orders: [(3, StopOrder(drain: .seconds(5), grace: .seconds(9)))], lines: ["3s ended well: stopped"]),
            Stop(
                testDescription: "a turn is cancelled, and that is no failure",
                orders: [(3, StopOrder(grace: .seconds(5)))],
                lines: ["3s cancel 1 TERM 5s", "4s end 1 cancelled", "4s ended well: stopped"]),
            Stop(
                testDescription: "a turn that ends while it may drain is a success",
                orders: [(3, StopOrder(drain: .seconds(6), grace: .seconds(9)))],
                lines: ["8s end 1 success", "8s ended well: stopped"]),
            Stop(
                testDescription: "a turn that fails while it may drain is a failure",
                work: Work(takes: .seconds(8), end: .failure("no")),
                orders: [(3, StopOrder(drain: .seconds(6), grace: .seconds(9)))],
                lines: ["8s end 1 failure", "8s degraded: turn 1 failed: no", "8s ended well: stopped"]),
            Stop(
                testDescription: "after the drain it is cancelled with what is left of the grace",
                orders: [(3, StopOrder(drain: .seconds(2), grace: .seconds(6)))],
                lines: ["5s cancel 1 TERM 4s", "6s end 1 cancelled", "6s ended well: stopped"]),
            Stop(
                testDescription: "a second order brings the end forward",
                orders: [
                    (3, StopOrder(drain: .seconds(4), grace: .seconds(9))),
                    (4, StopOrder(signal: SIGINT, drain: .seconds(1), grace: .seconds(2))),
                ], lines: ["5s cancel 1 INT 1s", "6s end 1 cancelled", "6s ended well: stopped"]),
            Stop(
                testDescription: "a second order does not put it off",
                orders: [
                    (3, StopOrder(drain: .seconds(1), grace: .seconds(3))),
                    (3, StopOrder(drain: .seconds(9), grace: .seconds(9))),
                ], lines: ["4s cancel 1 TERM 2s", "5s end 1 cancelled", "5s ended well: stopped"]),
            Stop(
                testDescription: "no turn begins any more, and one that waited is counted",
                spec: LoopSpec(every: .seconds(2), overlap: .queue()), work: Work(takes: .seconds(7)),
                orders: [(3, StopOrder(drain: .seconds(9), grace: .seconds(9)))],
                lines: ["3s skip stopping 1", "7s end 1 success", "7s ended well: stopped"]),
            Stop(
                testDescription: "a turn that had to be killed is told of",
                work: Work(takes: .seconds(50), obeys: .seconds(5), cancelled: .killed("signal KILL")),
                orders: [(3, StopOrder(grace: .seconds(5)))],
                lines: ["3s cancel 1 TERM 5s", "8s end 1 cancelled", "8s ended well killed: stopped"]),
            Stop(
                testDescription: "a timeout holds while a turn drains",
                spec: LoopSpec(every: .seconds(10), timeout: .seconds(5)),
                orders: [(3, StopOrder(drain: .seconds(9), grace: .seconds(9)))],
                lines: [
                    "5s timeout 1", "5s cancel 1 TERM 5s", "5s degraded: turn 1 timed out after 5.0s",
                    "6s end 1 timeout", "6s ended well: stopped",
                ]),
            Stop(
                testDescription: "a turn that ignores its cancellation holds the end",
                work: Work(takes: .seconds(30), obeys: nil), orders: [(3, StopOrder(grace: .seconds(1)))],
                lines: [
                    "3s cancel 1 TERM 1s", "8s zombie 1",
                    "8s degraded: turn 1 hangs: it was cancelled, and has not ended after 8.0s", "30s no zombie 1",
                    "30s end 1 success", "30s recovered", "30s ended well: stopped",
                ]),
        ])
    func stop(_ stop: Stop) {
        let work = stop.work
        var loop = LoopSimulation(stop.spec) { _ in work }
        loop.feed(.start)
        var at = 0
        for (second, order) in stop.orders {
            loop.run(for: .seconds(second - at))
            at = second
            loop.feed(.stop(order))
            #expect(!loop.machine.isRunning)
        }
        loop.run(for: .seconds(100))
        let before = loop.lines.prefix { line in
            guard let time = Duration(text: line.prefix { $0 != " " }) else { return false }
            return time < .seconds(3)
        }
        #expect(Array(loop.lines.dropFirst(before.count)) == stop.lines)
    }

    @Test("a kill cancels everything at once, with KILL")
    func kill() {
        var loop = LoopSimulation(LoopSpec(every: .seconds(2), overlap: .allow())) { _ in
            Work(takes: .seconds(50), obeys: .zero, cancelled: .killed("signal KILL"))
        }
        loop.feed(.start)
        loop.run(for: .seconds(3))
        loop.feed(.stop(StopOrder(drain: .seconds(20), grace: .seconds(30))))
        loop.run(for: .seconds(1))
        loop.feed(.kill)
        loop.run(for: .seconds(9))
        #expect(
            loop.lines("cancel", "end") == [
                "4s cancel 1 KILL 0s", "4s cancel 2 KILL 0s", "4s end 1 cancelled", "4s end 2 cancelled",
                "4s ended well killed: stopped",
            ])
    }

    @Test("a loop that has ended answers nothing")
    func afterTheEnd() {
        var loop = LoopSimulation(LoopSpec(every: .seconds(2))) { _ in Work(takes: .seconds(1)) }
        loop.feed(.start)
        loop.run(for: .seconds(1))
        loop.feed(.kill)
        let count = loop.lines.count
        for input: LoopInput in [
            .kill, .stop(StopOrder(grace: .zero)), .timerFired(.next), .timerFired(.drain), .timerFired(.timeout(1)),
            .timerFired(.patience(1)), .turnEnded(1, .success),
        ] { loop.feed(input) }
        #expect(loop.lines.count == count)
    }
}
