import Testing

@testable import MainspringJobs

@Suite("The pump machine")
struct PumpMachineTests {
    @Test("asks every queue once at the start, for all of its slots")
    func start() {
        var pump = PumpMachine(workers: ["a": 2, "b": 1, "none": 0])
        #expect(pump.nextClaim() == ["a": 2, "b": 1])
        #expect(pump.isClaiming)
        #expect(pump.nextClaim() == nil, "one claim at a time")
        pump.claimed(["a": 1], of: ["a": 2, "b": 1])
        #expect(pump.nextClaim() == nil, "both answered with less than was asked for")
    }

    @Test("a claim that was filled is asked again once a slot is free")
    func filled() {
        var pump = PumpMachine(workers: ["a": 2])
        _ = pump.nextClaim()
        pump.claimed(["a": 2], of: ["a": 2])
        #expect(pump.nextClaim() == nil, "no slot is free")
        pump.finished("a")
        #expect(pump.nextClaim() == ["a": 1])
    }

    @Test("a slot that is freed during a claim counts in the next")
    func finishedMeanwhile() {
        var pump = PumpMachine(workers: ["a": 2])
        _ = pump.nextClaim()
        pump.claimed(["a": 1], of: ["a": 2])
        pump.wake("a")
        #expect(pump.nextClaim() == ["a": 1])
        pump.finished("a")
        pump.claimed(["a": 1], of: ["a": 1])
        #expect(pump.nextClaim() == ["a": 1])
    }

    @Test("a wake during a claim is not lost to the claim's older answer", arguments: [true, false])
    func wokenMeanwhile(all: Bool) {
        var pump = PumpMachine(workers: ["a": 1, "b": 1])
        _ = pump.nextClaim()
        pump.wake("a")
        if all { pump.wake("b") }
        pump.claimed([:], of: ["a": 1, "b": 1])
        #expect(pump.nextClaim() == (all ? ["a": 1, "b": 1] : ["a": 1]))
        pump.claimed([:], of: ["a": 1])
        if all { pump.claimed([:], of: ["b": 1]) }
        #expect(pump.nextClaim() == nil, "one wake is one claim")
    }

    @Test("a wake of a full queue is kept until a slot is free, and costs no second claim")
    func wokenFull() {
        var pump = PumpMachine(workers: ["a": 1, "b": 1])
        _ = pump.nextClaim()
        pump.claimed(["a": 1], of: ["a": 1, "b": 1])
        pump.wake("b")
        #expect(pump.nextClaim() == ["b": 1])
        pump.wake("a")
        pump.claimed([:], of: ["b": 1])
        #expect(pump.nextClaim() == nil)
        pump.finished("a")
        #expect(pump.nextClaim() == ["a": 1])
        pump.claimed([:], of: ["a": 1])
        #expect(pump.nextClaim() == nil)
    }

    @Test("a failed claim asks for the same again, after its delay")
    func failed() {
        var pump = PumpMachine(workers: ["a": 3])
        #expect(pump.nextClaim() == ["a": 3])
        pump.claimFailed()
        pump.wake("a")
        #expect(pump.nextClaim() == nil, "not before the delay is over")
        pump.backedOff()
        #expect(pump.nextClaim() == ["a": 3])
    }

    @Test("a quiet pump claims nothing, and is at rest once its last claim was answered")
    func quiet() {
        var pump = PumpMachine(workers: ["a": 1])
        #expect(!pump.isAtRest)
        _ = pump.nextClaim()
        pump.quiesce()
        #expect(!pump.isAtRest, "a claim is under way")
        pump.claimed(["a": 1], of: ["a": 1])
        #expect(pump.isAtRest)
        pump.finished("a")
        pump.wake("a")
        #expect(pump.nextClaim() == nil)
    }

    @Test("a quiet pump is at rest after a failed claim, without waiting for the delay")
    func quietAfterFailure() {
        var pump = PumpMachine(workers: ["a": 1])
        _ = pump.nextClaim()
        pump.quiesce()
        pump.claimFailed()
        #expect(pump.isAtRest)
    }

    @Test("a queue that nobody declared is nobody's")
    func unknown() {
        var pump = PumpMachine(workers: [:])
        pump.wake("a")
        pump.finished("a")
        #expect(pump.nextClaim() == nil)
    }
}
