import MainspringCore
import MainspringTesting
import Testing

@testable import MainspringRedis

@Suite("The link machine")
struct LinkMachineTests {
    private typealias Action = LinkMachine.Action

    private static let gone = RedisError.unreachable("gone")
    private static let denied = RedisError.refused(RedisRefusal(code: "WRONGPASS", message: "", isLogin: true))

    private static func at(_ milliseconds: Int) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: Int64(milliseconds) * 1_000_000)
    }

    /// A machine, its randomness, and what became of what it asked for.
    private struct Bench {
        var machine = LinkMachine(.init(longest: .milliseconds(250), denied: .seconds(1)))
        var random = SeededGenerator(seed: 1)
        var now = 0
        /// When the timer fires.
        var wake: Int?
        /// Sockets: attempts and connections that were not given up.
        var open: Set<Int> = []
        var used: Int?
        var begun = 0

        @discardableResult
        mutating func take(_ actions: [Action]) -> [Action] {
            for action in actions {
                switch action {
                case .attempt(let attempt):
                    open.insert(attempt)
                    begun += 1
                case .giveUp(let attempt):
                    #expect(open.remove(attempt) != nil && used != attempt)
                    machine.gone(attempt)
                case .use(let attempt):
                    #expect(open.contains(attempt) && used == nil)
                    used = attempt
                case .drop(let attempt, _):
                    #expect(used == attempt)
                    open.remove(attempt)
                    used = nil
                case .wake(let pause): wake = now + Int(pause.wholeMicroseconds / 1000)
                case .sleep: wake = nil
                case .fail: break
                }
            }
            return actions
        }

        @discardableResult mutating func want() -> [Action] { take(machine.wanted(using: &random)) }
        @discardableResult mutating func ready(_ attempt: Int) -> [Action] { take(machine.ready(attempt, at: at(now))) }
        @discardableResult mutating func doubt() -> [Action] {
            take(machine.doubted(used ?? 0, using: &random))
        }
        @discardableResult mutating func woken() -> [Action] { take(machine.woken(at: at(now), using: &random)) }
        @discardableResult mutating func fail(_ attempt: Int, _ error: RedisError = gone) -> [Action] {
            let actions = take(machine.failed(attempt, error, at: at(now), using: &random))
            machine.gone(attempt)
            if used != attempt { open.remove(attempt) }
            return actions
        }

        /// Time passes and nothing answers; each attempt has two seconds.
        mutating func dark(until end: Int, _ each: (inout Bench) -> Void = { _ in }) {
            var deadlines = Dictionary(uniqueKeysWithValues: machine.attempts.map { ($0, now + 2000) })
            while now < end {
                now += 1
                if wake == now {
                    wake = nil
                    woken()
                }
                for attempt in machine.attempts where deadlines[attempt] == nil { deadlines[attempt] = now + 2000 }
                for attempt in machine.attempts where deadlines[attempt] == now { fail(attempt) }
                each(&self)
            }
        }

        static func up() -> Bench {
            var bench = Bench()
            bench.want()
            bench.ready(1)
            bench.now = 5000
            return bench
        }
    }

    private static func pause(in actions: [Action]) -> Duration? {
        for case .wake(let pause) in actions { return pause }
        return nil
    }

    @Test("the first attempt after a loss is made at once; pauses then double to their bound and vary")
    func pauses() {
        var bench = Bench.up()
        #expect(bench.want() == [])
        #expect(bench.fail(1).prefix(2) == [.drop(1, Self.gone), .attempt(2)])
        #expect(bench.machine.phase == .connecting)
        var seen: Set<Duration> = []
        for bound in [20, 40, 80, 160, 250, 250, 250] {
            let actions = bench.fail(bench.machine.attempts[0])
            guard let pause = Self.pause(in: actions) else { return #expect(Bool(false), "no pause") }
            #expect(bench.machine.phase == .away(Self.gone))
            #expect(pause >= .milliseconds(bound) / 2 && pause <= .milliseconds(bound))
            if bound == 250 { seen.insert(pause) }
            #expect(bench.want() == [])
            guard case .attempt? = bench.woken().first else { return #expect(Bool(false), "no attempt") }
        }
        #expect(seen.count == 3)
    }

    @Test("calls wait for the first attempt; once one has failed they are told at once")
    func waiting() {
        var bench = Bench()
        bench.want()
        #expect(bench.machine.phase == .connecting)
        bench.dark(until: 1900)
        #expect(bench.machine.phase == .connecting)
        bench.dark(until: 2000)
        #expect(bench.fail(bench.machine.attempts[0]).contains(.fail(Self.gone)))
        #expect(bench.machine.phase == .away(Self.gone))
    }

    @Test("attempts in the dark overlap, a bounded number at a bounded rate, and one always has its whole deadline")
    func dark() {
        var bench = Bench()
        bench.want()
        var oldest = (attempt: 1, since: 0)
        var longest = 0
        bench.dark(until: 60_000) { bench in
            #expect(bench.open.count <= 4 && bench.open == Set(bench.machine.attempts))
            let first = bench.machine.attempts.first ?? 0
            if first != oldest.attempt { oldest = (first, bench.now) }
            longest = max(longest, bench.now - oldest.since)
        }
        // Every 125 to 250 ms.
        #expect((240...480).contains(bench.begun))
        #expect(longest > 1000)
        // A server that takes 1.9 s for a login gets them.
        let patient = bench.machine.attempts[0]
        bench.ready(patient)
        #expect(bench.used == patient && bench.open == [patient])
    }

    @Test("the first that is logged in wins, and the others are closed; a late winner is closed too")
    func winner() {
        var bench = Bench()
        bench.want()
        bench.dark(until: 700)
        let attempts = bench.machine.attempts
        #expect(attempts.count >= 3)
        #expect(bench.ready(attempts[1]).first == .use(attempts[1]))
        #expect(bench.open == [attempts[1]] && bench.wake == nil)
        #expect(bench.ready(attempts[0]) == [] && bench.used == attempts[1])
        #expect(bench.fail(attempts[2]) == [])
        #expect(bench.machine.phase == .up)
    }

    @Test("within a quarter of a second of the server's return an attempt begins, however long it was away")
    func back() {
        for away in stride(from: 100, through: 9000, by: 70) {
            var bench = Bench.up()
            bench.doubt()
            let begin = bench.now
            bench.dark(until: begin + away) { bench in
                if bench.now == begin + 1750, let used = bench.used { bench.fail(used, .unanswered("silent")) }
            }
            let before = bench.begun
            let back = bench.now
            while bench.begun == before, bench.now < back + 1000 { bench.dark(until: bench.now + 1) }
            #expect(bench.now - back <= 250, "away for \(away) ms")
        }
    }

    @Test("a silent connection makes room for one that is logged in, a moment later")
    func silent() {
        var bench = Bench.up()
        #expect(bench.doubt().first == .attempt(2))
        #expect(bench.doubt() == [], "once is enough")
        bench.dark(until: 5400)
        let newest = bench.machine.attempts.last ?? 0
        bench.ready(newest)
        #expect(bench.used == 1 && bench.open == [1, newest] && bench.wake == 5500)
        bench.now = 5500
        let actions = bench.woken()
        guard case .drop(1, .unanswered)? = actions.first else { return #expect(Bool(false), "\(actions)") }
        #expect(bench.used == newest && bench.open == [newest] && bench.machine.phase == .up)
    }

    @Test("one that speaks up in time stays, and what was tried beside it is closed", arguments: [false, true])
    func spoke(_ hasRival: Bool) {
        var bench = Bench.up()
        bench.doubt()
        bench.dark(until: 5400)
        if hasRival { bench.ready(bench.machine.attempts[0]) }
        bench.take(bench.machine.heard(1))
        #expect(bench.used == 1 && bench.open == [1] && bench.wake == nil && bench.machine.phase == .up)
        #expect(bench.woken() == [])
        #expect(bench.doubt().first == .attempt(bench.begun))
    }

    @Test("a rival that is lost before it is used leaves the doubt, and attempts go on")
    func lostRival() {
        var bench = Bench.up()
        bench.doubt()
        bench.ready(2)
        let actions = bench.fail(2)
        #expect(Self.pause(in: actions) != nil && bench.machine.phase == .doubted && bench.used == 1)
        #expect(bench.woken().first == .attempt(3))
    }

    @Test("a silent connection that ends is replaced by its rival at once; without one, calls are told")
    func silentEnd() {
        var bench = Bench.up()
        bench.doubt()
        bench.ready(2)
        #expect(bench.fail(1).prefix(2) == [.drop(1, Self.gone), .use(2)])
        bench = .up()
        bench.doubt()
        #expect(bench.fail(1) == [.drop(1, Self.gone), .fail(Self.gone)])
        #expect(bench.machine.phase == .away(Self.gone) && bench.open == [2] && bench.wake != nil)
    }

    @Test("a refused login ends every attempt, and the pause is longer", arguments: [denied, .broken("garbage")])
    func refused(_ error: RedisError) {
        var bench = Bench()
        bench.want()
        bench.dark(until: 700)
        #expect(bench.machine.attempts.count >= 3)
        let actions = bench.fail(bench.machine.attempts[0], error)
        #expect(bench.machine.phase == .away(error) && bench.machine.attempts.isEmpty && bench.open.isEmpty)
        #expect(Self.pause(in: actions).map { $0 >= .milliseconds(500) && $0 <= .seconds(1) } == true)
        // The same for a silent connection's rivals, and it stays.
        bench = .up()
        bench.doubt()
        let silent = bench.fail(2, error)
        #expect(Self.pause(in: silent).map { $0 >= .milliseconds(500) } == true)
        #expect(bench.used == 1 && bench.machine.phase == .doubted)
    }

    @Test("a connection that is lost soon counts as a failed attempt; one that lived does not")
    func shortLife() {
        var bench = Bench()
        bench.want()
        bench.ready(1)
        bench.now = 999
        let actions = bench.fail(1)
        #expect(actions.contains(.fail(Self.gone)) && !actions.contains(.attempt(2)))
        #expect(Self.pause(in: actions) != nil)
    }

    @Test("attempts that cannot be stopped are no more than the bound either")
    func unstoppable() {
        var machine = LinkMachine(.init(longest: .milliseconds(250), denied: .seconds(1)))
        var random = SeededGenerator(seed: 1)
        var begun = machine.wanted(using: &random).count { if case .attempt = $0 { true } else { false } }
        // Each of them looks up a name for ever.
        for _ in 0..<100 {
            begun += machine.woken(at: Self.at(0), using: &random).count {
                if case .attempt = $0 { true } else { false }
            }
        }
        #expect(begun == 8)
        machine.gone(2)
        // The second oldest, for one more.
        let oldest = machine.attempts[1]
        #expect(machine.woken(at: Self.at(0), using: &random).prefix(2) == [.giveUp(oldest), .attempt(9)])
    }

    @Test("what is known of an old attempt, or after the close, changes nothing")
    func late() {
        var bench = Bench()
        bench.want()
        bench.fail(1)
        #expect(bench.fail(1) == [] && bench.ready(1) == [])
        bench.woken()
        let last = bench.take(bench.machine.close())
        #expect(last.contains(.giveUp(2)) && last.contains(.fail(.closed)) && bench.open.isEmpty && bench.wake == nil)
        #expect(bench.ready(2) == [] && bench.fail(2) == [] && bench.woken() == [] && bench.want() == [])
        var used = Bench.up()
        used.take(used.machine.close())
        #expect(used.open.isEmpty && used.machine.phase == .closed)
    }
}
