import MainspringCore
import Testing

@testable import MainspringRuntime

@Suite("Children that do not end")
struct LostChildTests {
    private func shell(
        _ children: [ChildSpec], _ onExhausted: SupervisionPolicy.Exhaustion = .backOff
    ) throws -> MachineShell {
        var shell = try MachineShell(children, policy: SupervisionPolicy(onExhausted: onExhausted))
        shell.stopsAtOnce = false
        return shell
    }

    @Test(
        "are given up on when their time is over: a command a second after its KILL, a Swift child at once",
        arguments: zip([ChildKind.command, .service, .loop], [Duration.seconds(6), .seconds(5), .seconds(5)]))
    func givenUp(kind: ChildKind, after: Duration) throws {
        var shell = try shell([child("a", kind: kind)])
        shell.feed(.command(.restart, "a"))
        shell.advance(after - .milliseconds(1))
        #expect(shell.told() == ["stop a"])
        shell.advance(.milliseconds(1))
        #expect(shell.told() == ["lost a"])
        #expect(shell.state("a") == "failed")
        #expect(shell.status("a")?.detail == "did not end when it had to, and still runs")
        shell.advance(.seconds(600))
        #expect(shell.told().isEmpty, "no second copy begins")
        shell.end("a")
        #expect(shell.told() == ["begin a"])
        #expect(shell.state("a") == "running")
    }

    @Test(
        "are found again as the command before it said",
        arguments: zip(
            [ServiceCommand.start, .stop, .restart], ["running", "stopped", "running"]))
    func foundAgain(command: ServiceCommand, state: String) throws {
        var shell = try shell([child("a")])
        shell.feed(.command(.stop, "a"))
        shell.advance(.seconds(5))
        shell.feed(.command(command, "a"))
        #expect(shell.told() == ["stop a", "lost a"])
        shell.end("a")
        #expect(shell.state("a") == state)
    }

    @Test("are removed once they have ended; the name is taken until then")
    func removed() throws {
        var shell = try shell([child("a"), child("b")])
        shell.feed(.remove("a"))
        shell.advance(.seconds(5))
        shell.feed(.add(child("a")))
        #expect(shell.told() == ["stop a", "lost a"])
        shell.end("a")
        #expect(shell.told() == ["removed a"])
        shell.feed(.add(child("a")))
        #expect(shell.told() == ["begin a"])
    }

    @Test(
        "trip their supervisor, unless it backs off or they were to stop anyway",
        arguments: [
            (SupervisionPolicy.Exhaustion.backOff, ServiceCommand.restart, false), (.fail, .restart, true),
            (.escalate, .restart, true), (.fail, .stop, false), (.escalate, .stop, false),
        ])
    func trip(exhaustion: SupervisionPolicy.Exhaustion, command: ServiceCommand, trips: Bool) throws {
        var shell = try shell([child("a"), child("b")], exhaustion)
        shell.feed(.command(command, "a"))
        shell.advance(.seconds(5))
        #expect(shell.machine.isStopping == trips)
        guard trips else { return }
        #expect(shell.told() == ["stop a", "lost a", "stop b"])
        shell.end("b", success: true)
        #expect(shell.told() == ["ended"])
        #expect(shell.ends == [.exhausted(exhaustion, reason: "a did not end within 5.0s")])
        shell.end("a")
        #expect(shell.told() == ["gone"])
        #expect(shell.state("a") == "stopped")
    }

    @Test("do not hold up a stop beyond their time, nor those that they depend on")
    func atTheStop() throws {
        var shell = try shell([
            child("a"), child("b", dependsOn: ["a"], stop: StopPolicy(timeout: .seconds(2))),
        ])
        shell.feed(.stop(budget: .seconds(9)))
        shell.advance(.seconds(2))
        #expect(shell.told() == ["stop b", "lost b", "stop a"])
        shell.end("a", success: true)
        #expect(shell.told() == ["ended"])
        shell.end("b")
        #expect(shell.told() == ["gone"])
        #expect(shell.ends.count == 1 && shell.goneCount == 1)
    }

    @Test("that had not even begun are killed when they have")
    func newborn() throws {
        var shell = try shell([])
        shell.beginsAtOnce = false
        shell.feed(.add(child("a")))
        shell.feed(.command(.stop, "a"))
        shell.advance(.seconds(5))
        #expect(shell.told() == ["begin a", "stop a", "lost a"])
        shell.begin("a")
        #expect(shell.told() == ["kill a"])
        shell.end("a")
        #expect(shell.state("a") == "stopped")
    }

    @Test("that had not even begun and then cannot are found again")
    func stillborn() throws {
        var shell = try shell([])
        shell.beginsAtOnce = false
        shell.feed(.add(child("a")))
        shell.feed(.command(.stop, "a"))
        shell.feed(.command(.restart, "a"))
        shell.advance(.seconds(5))
        shell.failToBegin("a")
        #expect(shell.told() == ["begin a", "stop a", "lost a", "begin a"])
    }

    @Test("an order to stop that is repeated keeps the first one's deadline")
    func repeatedOrder() throws {
        var machine = try TimedMachine([
            child("a", stop: StopPolicy(timeout: .seconds(5), drain: .seconds(2)))
        ])
        machine.run(.start)
        machine.begun("a")
        #expect(
            machine.run(.command(.stop, "a")).orders == ["a": StopOrder(drain: .seconds(2), grace: .seconds(5))])
        #expect(
            machine.run(.stop(budget: .seconds(30)), after: .seconds(1)).orders
                == ["a": StopOrder(drain: .seconds(1), grace: .seconds(4))])
        #expect(
            machine.run(.stop(budget: .seconds(2)), after: .seconds(1)).orders
                == ["a": StopOrder(drain: .zero, grace: .seconds(2))])
    }

    @Test("a group below that ended without all of its children is lost too, and does not begin a second time")
    func stuckGroup() throws {
        var shell = try shell([child("a", kind: .group), child("b")], .escalate)
        shell.report("a", .stuck(ChildEnd(isSuccess: false, detail: "x did not end within 5.0s")))
        #expect(shell.told() == ["lost a", "stop b"])
        shell.end("b", success: true)
        #expect(shell.ends == [.exhausted(.escalate, reason: "a: x did not end within 5.0s")])
    }

    @Test("a group that failed for good without all of its children trips nobody")
    func stuckAndFinal() throws {
        var shell = try shell([child("a", kind: .group), child("b")], .escalate)
        let end = ChildEnd(isSuccess: false, detail: "4 restarts within 5s", isFinal: true)
        shell.report("a", .stuck(end))
        #expect(shell.told() == ["lost a"])
        #expect(shell.states == ["a failed", "b running"])
        shell.report("a", .ended(end))
        #expect(shell.states == ["a failed", "b running"])
        #expect(shell.told().isEmpty)
    }

    @Test("under a policy that backs off, a group begins again when its last child has ended")
    func stuckForAWhile() throws {
        var shell = try shell([child("a", kind: .group)])
        let end = ChildEnd(isSuccess: false, detail: "too many restarts")
        shell.report("a", .stuck(end))
        shell.advance(.seconds(60))
        #expect(shell.told() == ["lost a"])
        shell.report("a", 1, .ended(end))
        #expect(shell.told() == ["begin a"])
    }

    @Test("a group is not given up on: it gives up on its own, and says so")
    func groupDecides() throws {
        var shell = try shell([child("a", kind: .group), child("b")])
        shell.feed(.stop(budget: .seconds(5)))
        shell.end("b", success: true)
        shell.advance(.seconds(60))
        #expect(shell.told() == ["stop b", "stop a"])
        shell.report("a", .stuck(ChildEnd(isSuccess: true, detail: "stopped")))
        #expect(shell.told() == ["lost a", "ended"])
    }
}
