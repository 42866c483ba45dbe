import MainspringTesting
import Testing

@testable import MainspringJobs

@Suite("The pump machine")
struct PumpMachineTests {
    typealias Exchange = PumpMachine.Exchange

    private func claim(_ demand: [String: Int]) -> Exchange { Exchange(demand: demand) }

    private func next(_ pump: inout PumpMachine) throws -> Exchange {
        let exchange = pump.next()
        return try #require(exchange)
    }

    /// A pump that has asked every queue once, and has so many jobs running.
    private func working(_ workers: [String: Int], running: [String: Int]) -> PumpMachine {
        var pump = PumpMachine(workers: workers)
        if let first = pump.next() { pump.answered(first, claimed: running) }
        return pump
    }

    @Test("asks every queue once at the start, for all of its slots")
    func start() throws {
        var pump = PumpMachine(workers: ["a": 2, "b": 1, "none": 0])
        let first = try next(&pump)
        #expect(first == claim(["a": 2, "b": 1]))
        #expect(pump.isAsking)
        #expect(pump.next() == nil, "one exchange at a time")
        pump.answered(first, claimed: ["a": 1])
        #expect(pump.next() == nil, "both answered with less than was asked for")
    }

    @Test("an end is written and its slot is filled in one exchange, when the queue may hold more")
    func ended() throws {
        var pump = working(["a": 2], running: ["a": 2])
        #expect(pump.next() == nil, "no slot is free, and nothing ended")
        pump.ended("a")
        let both = try next(&pump)
        #expect(both == Exchange(demand: ["a": 1], ended: ["a": 1], ends: 1))
        pump.answered(both, claimed: ["a": 1])
        #expect(pump.next() == nil)
    }

    @Test("an end of a queue that said that it is empty asks for nothing; its slot is free")
    func endedOfEmpty() throws {
        var pump = working(["a": 2], running: ["a": 1])
        pump.ended("a")
        let end = try next(&pump)
        #expect(end == Exchange(ended: ["a": 1], ends: 1))
        pump.answered(end, claimed: [:])
        pump.wake("a")
        #expect(pump.next()?.demand == ["a": 2])
    }

    @Test("what ends during an exchange goes with the next, all of it, and its slots with it")
    func endedMeanwhile() throws {
        var pump = working(["a": 3], running: ["a": 3])
        pump.ended("a")
        let first = try next(&pump)
        pump.ended("a")
        pump.ended("a")
        #expect(pump.next() == nil)
        pump.answered(first, claimed: ["a": 1])
        #expect(pump.next() == Exchange(demand: ["a": 2], ended: ["a": 2], ends: 2))
    }

    @Test("a zombie's end is written and its slot stays taken, until it has ended itself")
    func zombie() throws {
        var pump = working(["a": 1], running: ["a": 1])
        pump.ended("a", freesSlot: false)
        let end = try next(&pump)
        #expect(end == Exchange(ends: 1))
        pump.answered(end, claimed: [:])
        pump.wake("a")
        #expect(pump.next() == nil, "no slot is free")
        pump.freed("a")
        #expect(pump.next() == claim(["a": 1]))
    }

    @Test("a wake during an exchange is not lost to its older answer", arguments: [true, false])
    func wokenMeanwhile(all: Bool) throws {
        var pump = PumpMachine(workers: ["a": 1, "b": 1])
        let first = try next(&pump)
        pump.wake("a")
        if all { pump.wake("b") }
        pump.answered(first, claimed: [:])
        let second = try next(&pump)
        #expect(second == claim(all ? ["a": 1, "b": 1] : ["a": 1]))
        pump.answered(second, claimed: [:])
        #expect(pump.next() == nil, "one wake is one claim")
    }

    @Test("a wake of a full queue is kept until a slot is free, and costs no second claim")
    func wokenFull() throws {
        var pump = working(["a": 1, "b": 1], running: ["a": 1])
        pump.wake("b")
        let other = try next(&pump)
        #expect(other == claim(["b": 1]))
        pump.wake("a")
        pump.answered(other, claimed: [:])
        #expect(pump.next() == nil)
        pump.ended("a")
        let both = try next(&pump)
        #expect(both == Exchange(demand: ["a": 1], ended: ["a": 1], ends: 1))
        pump.answered(both, claimed: [:])
        #expect(pump.next() == nil)
    }

    @Test("a failed exchange gives everything back, ends, slots and demand, and is asked again after its delay")
    func failed() throws {
        var pump = working(["a": 2, "b": 1], running: ["a": 2, "b": 1])
        pump.ended("a")
        pump.ended("b", freesSlot: false)
        let first = try next(&pump)
        #expect(first == Exchange(demand: ["a": 1], ended: ["a": 1], ends: 2))
        pump.ended("a")
        pump.failed(first)
        pump.wake("a")
        #expect(pump.next() == nil, "not before the delay is over")
        pump.backedOff()
        let again = try next(&pump)
        #expect(again == Exchange(demand: ["a": 2], ended: ["a": 2], ends: 3))
        pump.answered(again, claimed: ["a": 1])
        #expect(pump.next() == nil)
        pump.wake("a")
        #expect(pump.next() == claim(["a": 1]), "no slot was lost and none was counted twice")
    }

    @Test("a draining pump writes ends and claims nothing; after its resume it asks every queue")
    func drain() throws {
        var pump = working(["a": 2, "b": 1], running: ["a": 2])
        pump.drain(true)
        #expect(pump.isDraining)
        pump.wakeAll()
        #expect(pump.next() == nil)
        pump.ended("a")
        let end = try next(&pump)
        #expect(end == Exchange(ended: ["a": 1], ends: 1))
        pump.answered(end, claimed: [:])
        #expect(!pump.isAtRest, "a draining node is not a quiet one")
        pump.drain(false)
        #expect(pump.next() == claim(["a": 1, "b": 1]))
    }

    @Test("a quiet pump claims nothing, and is at rest once its last exchange was answered and every end is written")
    func quiet() throws {
        var pump = PumpMachine(workers: ["a": 1])
        #expect(!pump.isAtRest)
        let first = try next(&pump)
        pump.quiesce()
        #expect(!pump.isAtRest, "an exchange is under way")
        pump.answered(first, claimed: ["a": 1])
        #expect(pump.isAtRest)
        pump.ended("a")
        #expect(!pump.isAtRest, "an end is not written")
        pump.wake("a")
        let end = try next(&pump)
        #expect(end == Exchange(ended: ["a": 1], ends: 1))
        pump.failed(end)
        #expect(!pump.isAtRest, "still not")
        pump.backedOff()
        pump.answered(try next(&pump), claimed: [:])
        #expect(pump.isAtRest)
    }

    @Test("a quiet pump with nothing to write is at rest after a failed claim, without waiting for the delay")
    func quietAfterFailure() throws {
        var pump = PumpMachine(workers: ["a": 1])
        let first = try next(&pump)
        pump.quiesce()
        pump.failed(first)
        #expect(pump.isAtRest)
    }

    @Test("with two at once, the second leaves with the ends of a quarter of the slots, and takes no slot twice")
    func second() throws {
        var pump = PumpMachine(workers: ["a": 8], exchangesAtOnce: 2)
        let first = try next(&pump)
        #expect(first.demand == ["a": 8])
        #expect(pump.next() == nil, "nothing has ended")
        pump.answered(first, claimed: ["a": 8])
        pump.ended("a")
        let one = try next(&pump)
        pump.ended("a")
        #expect(pump.next() == nil, "one end of eight slots is few")
        pump.ended("a")
        let two = try next(&pump)
        #expect(two == Exchange(demand: ["a": 2], ended: ["a": 2], ends: 2))
        for _ in 0..<4 { pump.ended("a") }
        #expect(pump.next() == nil, "two are under way")
        pump.answered(one, claimed: [:])
        #expect(try next(&pump) == Exchange(ended: ["a": 4], ends: 4), "the queue is empty, as far as is known")
        pump.answered(two, claimed: ["a": 2])
        pump.ended("a")
        #expect(pump.isAsking)
    }

    @Test("whatever comes in whatever order, each slot is in one place", arguments: 1...3, [0, 1, 2, 3, 4] as [UInt64])
    func slots(atOnce: Int, seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let workers = ["a": 7, "b": 3]
        var pump = PumpMachine(workers: workers, exchangesAtOnce: atOnce)
        var asked: [Exchange] = []
        var running = ["a": 0, "b": 0]
        var ended = ["a": 0, "b": 0]
        for _ in 0..<5_000 {
            let name = Bool.random(using: &random) ? "a" : "b"
            switch Int.random(in: 0..<6, using: &random) {
            case 0, 1:
                guard let exchange = pump.next() else { continue }
                asked.append(exchange)
            case 2 where !asked.isEmpty:
                let exchange = asked.remove(at: Int.random(in: 0..<asked.count, using: &random))
                let got = exchange.demand.mapValues { Int.random(in: 0...$0, using: &random) }
                for (name, count) in got { running[name, default: 0] += count }
                for (name, count) in exchange.ended { ended[name, default: 0] -= count }
                pump.answered(exchange, claimed: got)
            case 3 where !asked.isEmpty:
                pump.failed(asked.remove(at: Int.random(in: 0..<asked.count, using: &random)))
                pump.backedOff()
            case 4 where running[name, default: 0] > 0:
                running[name, default: 0] -= 1
                ended[name, default: 0] += 1
                pump.ended(name)
            default: pump.wake(name)
            }
            #expect(asked.count <= atOnce)
            for (name, slots) in workers {
                let fresh = asked.reduce(0) { $0 + max(0, ($1.demand[name] ?? 0) - ($1.ended[name] ?? 0)) }
                let taken = running[name, default: 0] + ended[name, default: 0] + fresh
                try #require(taken <= slots, "seed \(seed)")
            }
        }
        // Nothing got lost: once all is answered and every job has ended, all slots are asked for.
        for exchange in asked { pump.failed(exchange) }
        pump.backedOff()
        for (name, count) in running { for _ in 0..<count { pump.ended(name) } }
        for name in workers.keys { pump.wake(name) }
        #expect(pump.next()?.demand == workers, "seed \(seed)")
    }

    @Test("a queue that nobody declared is nobody's; an end of it is written all the same")
    func unknown() throws {
        var pump = PumpMachine(workers: [:])
        pump.wake("a")
        pump.freed("a")
        #expect(pump.next() == nil)
        pump.ended("a")
        #expect(pump.next() == Exchange(ends: 1))
    }
}
