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
