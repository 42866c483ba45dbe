import MainspringCore
import Testing

@testable import MainspringStore

@Suite("The failover machine")
struct FailoverMachineTests {
    private typealias Machine = FailoverMachine

    private static func at(_ milliseconds: Int) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: Int64(milliseconds) * 1_000_000)
    }
    private static let epoch = StoreEpoch(server: "run-1", data: "d")

    /// Brings a machine to a stage.
    private static func machine(_ stage: Machine.Stage, _ reason: FailoverReason = .unreachable) -> Machine {
        var machine = Machine(epoch: epoch)
        if stage == .primary { return machine }
        machine.failed(reason, in: 0, at: at(0))
        if stage == .spooling { return machine }
        _ = machine.answered(epoch, at: at(0))
        if stage == .returning { return machine }
        machine.cameBack(at: at(0))
        if stage == .draining { return machine }
        machine.close()
        return machine
    }

    private static let stages: [Machine.Stage] = [.primary, .spooling, .returning, .draining, .closing]

    @Test("sends jobs and work where the stage says")
    func routes() {
        let expected: [(Machine.Stage, jobs: Machine.Route, work: Bool, FailoverStatus.State)] = [
            (.primary, .server, true, .primary), (.spooling, .spool, false, .spooling),
            (.returning, .spool, false, .draining), (.draining, .spool, true, .draining),
            (.closing, .wait, true, .draining),
        ]
        for (stage, jobs, work, state) in expected {
            let machine = Self.machine(stage)
            #expect(machine.stage == stage)
            #expect(machine.jobsGo == jobs, "\(stage)")
            #expect(machine.workGoesToServer == work, "\(stage)")
            #expect(machine.state == state, "\(stage)")
        }
    }

    @Test("spools after a failure at any stage, for its reason", arguments: FailoverReason.allCases)
    func failure(_ reason: FailoverReason) {
        for stage in Self.stages where stage != .spooling {
            var machine = Self.machine(stage)
            machine.failed(reason, in: machine.generation, at: Self.at(60_000))
            #expect(machine.stage == .spooling, "\(stage)")
            #expect(machine.reason == reason)
            #expect(machine.next(at: Self.at(60_000), looksAt: nil) == .look, "the first look is at once")
        }
    }

    @Test("passes over the failure of a call that began before the last change")
    func lateFailure() {
        for stage in Self.stages where stage != .primary {
            var machine = Self.machine(stage)
            machine.failed(.readOnly, in: 0, at: Self.at(1))
            #expect(machine.stage == stage)
            #expect(machine.reason == .unreachable)
        }
    }

    @Test("lets jobs go behind the last of the spool when that takes too long")
    func reopening() {
        for stage in Self.stages {
            var machine = Self.machine(stage)
            machine.reopen()
            #expect(machine.stage == (stage == .closing ? .draining : stage))
        }
    }

    @Test("leaves workers with a slow server until their calls fail too")
    func slow() {
        var machine = Self.machine(.spooling, .slow)
        #expect(machine.jobsGo == .spool)
        #expect(machine.workGoesToServer)
        #expect(machine.readsGoToServer)
        machine.failed(.unreachable, in: machine.generation, at: Self.at(1))
        #expect(!machine.workGoesToServer)
        #expect(!machine.readsGoToServer)
        #expect(machine.reason == .unreachable)
    }

    @Test("reads from a server that only refuses writes", arguments: [FailoverReason.readOnly, .full])
    func reads(_ reason: FailoverReason) {
        let machine = Self.machine(.spooling, reason)
        #expect(machine.readsGoToServer)
        #expect(!machine.workGoesToServer)
    }

    @Test("looks every 200 ms until the server answers")
    func looks() {
        var machine = Self.machine(.spooling)
        #expect(machine.next(at: Self.at(0), looksAt: nil) == .look)
        machine.lookFailed(.unreachable, at: Self.at(5))
        #expect(machine.next(at: Self.at(6), looksAt: nil) == .rest(Self.at(205)))
        #expect(machine.next(at: Self.at(205), looksAt: nil) == .look)
        let lost = machine.answered(Self.epoch, at: Self.at(205))
        #expect(!lost)
        #expect(machine.next(at: Self.at(205), looksAt: nil) == .comeBack(resend: false))
    }

    @Test("stays away longer each time while the server comes and goes, and not after a calm time")
    func flapping() {
        var machine = Machine()
        var stays: [Duration] = []
        for _ in 0..<8 {
            machine.failed(.unreachable, in: machine.generation, at: Self.at(0))
            stays.append(machine.stay)
            _ = machine.answered(Self.epoch, at: Self.at(0))
            machine.cameBack(at: Self.at(0))
        }
        #expect(
            stays == [
                .zero, .milliseconds(250), .milliseconds(500), .milliseconds(500), .milliseconds(500),
                .milliseconds(500), .milliseconds(500), .milliseconds(500),
            ])
        machine.failed(.unreachable, in: machine.generation, at: Self.at(1000))
        #expect(machine.next(at: Self.at(1000), looksAt: nil) == .rest(Self.at(1500)))
        _ = machine.answered(Self.epoch, at: Self.at(6000))
        machine.cameBack(at: Self.at(6000))
        machine.failed(.unreachable, in: machine.generation, at: Self.at(16_000))
        #expect(machine.next(at: Self.at(16_000), looksAt: nil) == .look)
    }

    @Test("sends again what a restarted server may have lost, at whatever stage it is found out")
    func restarted() {
        for stage in Self.stages {
            var machine = Self.machine(stage)
            let lost = machine.answered(StoreEpoch(server: "run-2", data: "d"), at: Self.at(1))
            #expect(!lost)
            #expect(machine.stage == .returning, "\(stage)")
            #expect(machine.next(at: Self.at(1), looksAt: nil) == .comeBack(resend: true), "\(stage)")
        }
    }

    @Test("tells data that is gone from a restart, and keeps sending until that was done")
    func lost() {
        var machine = Self.machine(.primary)
        let lost = machine.answered(StoreEpoch(server: "run-1", data: "other"), at: Self.at(1))
        #expect(lost)
        #expect(machine.reason == .restarted)
        machine.failed(.unreachable, in: machine.generation, at: Self.at(2))
        let isTold = machine.answered(StoreEpoch(server: "run-1", data: "other"), at: Self.at(3))
        #expect(!isTold)
        #expect(machine.next(at: Self.at(3), looksAt: nil) == .comeBack(resend: true))
        machine.cameBack(at: Self.at(4))
        #expect(machine.next(at: Self.at(4), looksAt: nil) == .replay)
    }

    @Test("knows no server before the first answer")
    func firstAnswer() {
        var machine = Machine()
        let lost = machine.answered(Self.epoch, at: Self.at(0))
        #expect(!lost)
        #expect(machine.stage == .primary)
        #expect(machine.next(at: Self.at(0), looksAt: nil) == .rest(nil))
        #expect(machine.next(at: Self.at(0), looksAt: Self.at(9)) == .rest(Self.at(9)))
        #expect(machine.next(at: Self.at(9), looksAt: Self.at(9)) == .look)
    }

    @Test("closes only when nothing is on its way into the spool, and new jobs wait for that")
    func closing() {
        var machine = Self.machine(.draining)
        machine.appendBegan()
        var isOver = machine.emptied()
        #expect(!isOver, "jobs may still come")
        machine.close()
        #expect(machine.jobsGo == .wait)
        #expect(machine.next(at: Self.at(0), looksAt: nil) == .rest(nil))
        isOver = machine.emptied()
        #expect(!isOver)
        machine.appendEnded()
        #expect(machine.next(at: Self.at(0), looksAt: nil) == .replay)
        isOver = machine.emptied()
        #expect(isOver)
        #expect(machine.stage == .primary)
    }

    @Test("drains again when a call that had failed is spooled after the return")
    func lateAppend() {
        var machine = Self.machine(.primary)
        machine.appendBegan()
        machine.appendEnded()
        #expect(machine.stage == .draining)
    }

    @Test("begins with what an earlier life left in the spool")
    func leftover() {
        let machine = Machine(isSpoolEmpty: false, epoch: Self.epoch)
        #expect(machine.stage == .spooling)
        #expect(machine.reason == .leftover)
        #expect(machine.next(at: Self.at(0), looksAt: nil) == .look)
    }

    @Test("rests for a second when the replay is stuck, and forgets that at the next failure")
    func stuck() {
        var machine = Self.machine(.draining)
        machine.stuck(at: Self.at(0))
        #expect(machine.next(at: Self.at(1), looksAt: nil) == .rest(Self.at(1000)))
        machine.failed(.unreachable, in: machine.generation, at: Self.at(60_000))
        #expect(machine.next(at: Self.at(60_000), looksAt: nil) == .look)
    }
}
