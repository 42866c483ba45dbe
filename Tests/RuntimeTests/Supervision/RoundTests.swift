import MainspringCore
import Testing

@testable import MainspringRuntime

/// a, b, c and d under rest-for-one; c fails, d stops slowly.
@Suite("While several children are restarted together")
struct RoundTests {
    private func shell(
        _ strategy: SupervisionPolicy.Strategy = .restForOne, kinds: [String: ChildSpec.Restart] = [:],
        dependsOn: [String: [String]] = [:]
    ) throws -> MachineShell {
        var shell = try MachineShell(
            ["a", "b", "c", "d"].map {
                child($0, restart: kinds[$0] ?? .always, dependsOn: dependsOn[$0] ?? [])
            }, policy: SupervisionPolicy(strategy: strategy, maxRestarts: 99))
        shell.stopsAtOnce = false
        return shell
    }

    @Test("a failure of an earlier child widens it, and the longer backoff counts")
    func widened() throws {
        var shell = try shell()
        for _ in 0..<3 {
            shell.end("c")
            shell.end("d", success: true)
            shell.advance(.seconds(10))
        }
        _ = shell.told()
        shell.end("c")
        #expect(shell.told() == ["stop d"])
        shell.end("b")
        shell.end("d")
        #expect(shell.status("d")?.detail == "restarts together with b")
        #expect(shell.machine.recentRestarts.count == 2)
        shell.advance(.milliseconds(3999))
        #expect(shell.told().isEmpty, "c has failed four times: its backoff is four seconds")
        shell.advance(.milliseconds(1))
        #expect(shell.told() == ["begin b", "begin c", "begin d"])
    }

    @Test("a member that ends before its turn to stop is no failure of its own", arguments: [true, false])
    func endsItself(success: Bool) throws {
        var shell = try shell()
        shell.end("a")
        #expect(shell.told() == ["stop d"])
        shell.end("b", success: success)
        shell.end("d", success: true)
        #expect(shell.told() == ["stop c"])
        shell.end("c", success: true)
        shell.advance(.milliseconds(500))
        #expect(shell.told() == ["begin a", "begin b", "begin c", "begin d"])
        #expect(shell.machine.recentRestarts.count == 1)
    }

    @Test("a member that its own policy ended as it was told to stop stays failed, and the others go on")
    func endsForGood() throws {
        var shell = try shell(.oneForAll)
        shell.end("b")
        shell.end("d", isFinal: true)
        shell.end("c", success: true)
        shell.end("a", success: true)
        _ = shell.told()
        shell.advance(.milliseconds(500))
        #expect(shell.told() == ["begin a", "begin b", "begin c"])
        #expect(shell.state("d") == "failed")
    }

    @Test("a member that is stopped by a command stays stopped, and the others go on")
    func stopMember() throws {
        var shell = try shell(.oneForAll)
        shell.end("b")
        shell.feed(.command(.stop, "c"))
        for name in ["a", "c", "d"] { shell.end(name, success: true) }
        _ = shell.told()
        shell.advance(.seconds(1))
        #expect(shell.told() == ["begin a", "begin b", "begin d"])
        #expect(shell.state("c") == "stopped")
    }

    @Test("a member that is stopped by a command before its turn does not hold up the others")
    func stopMemberEarly() throws {
        var shell = try shell(.oneForAll, dependsOn: ["d": ["c"]])
        shell.end("b")
        #expect(shell.told() == ["stop d", "stop a"])
        shell.feed(.command(.stop, "c"))
        #expect(shell.told() == ["stop c"])
        for name in ["a", "d", "c"] { shell.end(name, success: true) }
        shell.advance(.seconds(1))
        #expect(shell.told() == ["begin a", "begin b"])
        #expect(shell.status("d")?.detail == "waiting for c")
    }

    @Test("without its trigger it is over: what has stopped begins at once, what still stops begins when it has")
    func stopTrigger() throws {
        for remove in [true, false] {
            var shell = try shell(.oneForAll)
            shell.end("b")
            shell.end("d", success: true)
            _ = shell.told()
            shell.feed(remove ? .remove("b") : .command(.stop, "b"))
            #expect(shell.told() == (remove ? ["removed b", "begin d"] : ["begin d"]))
            #expect(shell.state("b") == (remove ? nil : "stopped"))
            shell.end("a", success: true)
            shell.end("c", success: true)
            #expect(shell.told() == ["begin a", "begin c"])
            shell.advance(.seconds(60))
            #expect(shell.told().isEmpty)
        }
    }

    @Test(
        "starting or restarting its trigger cuts its backoff short, once all have ended",
        arguments: [
            ServiceCommand.start, .restart,
        ])
    func startTrigger(command: ServiceCommand) throws {
        var shell = try shell()
        shell.end("c")
        shell.feed(.command(command, "c"))
        #expect(shell.told() == ["stop d"])
        shell.end("d", success: true)
        shell.feed(.command(command, "c"))
        #expect(shell.told() == ["begin c", "begin d"])
    }

    @Test("commands to members that wait change nothing", arguments: [ServiceCommand.start, .restart])
    func startMember(command: ServiceCommand) throws {
        var shell = try shell()
        shell.end("c")
        shell.end("d", success: true)
        _ = shell.told()
        shell.feed(.command(command, "d"))
        #expect(shell.told().isEmpty)
        shell.advance(.seconds(1))
        #expect(shell.told() == ["begin c", "begin d"])
    }

    @Test("a removed member is gone, and what waited for it waits for what that one waited for")
    func removeMember() throws {
        var shell = try shell()
        shell.end("b")
        #expect(shell.told() == ["stop d"])
        shell.end("d", success: true)
        shell.feed(.remove("c"))
        shell.end("c", success: true)
        #expect(shell.told() == ["stop c", "removed c"])
        #expect(shell.status("d")?.dependsOn == ["b"])
        shell.advance(.seconds(1))
        #expect(shell.told() == ["begin b", "begin d"])
    }

    @Test("a child that is added waits for its end")
    func added() throws {
        var shell = try shell(.oneForAll)
        shell.end("b")
        shell.feed(.add(child("e", dependsOn: ["a"])))
        #expect(shell.told() == ["stop d", "stop c", "stop a"])
        for name in ["a", "c", "d"] { shell.end(name, success: true) }
        shell.advance(.seconds(1))
        #expect(shell.told() == ["begin a", "begin b", "begin c", "begin d", "begin e"])
    }

    @Test("a stop of everything takes over: nothing begins, and it ends when the last has ended")
    func stopped() throws {
        var shell = try shell()
        shell.end("b")
        shell.feed(.stop(budget: .seconds(3)))
        #expect(shell.told() == ["stop d", "stop d"])
        #expect(shell.states == ["a running", "b stopped", "c running", "d stopping"])
        for name in ["d", "c", "a"] { shell.end(name, success: true) }
        #expect(shell.told() == ["stop c", "stop a", "ended", "gone"])
        shell.advance(.seconds(60))
        #expect(shell.told().isEmpty)
    }

    @Test("a member that does not end is given up on; the others begin, and it does when it has ended")
    func lostMember() throws {
        var shell = try shell()
        shell.end("b")
        shell.advance(.seconds(5))
        #expect(shell.told() == ["stop d", "lost d", "stop c"])
        shell.end("c", success: true)
        shell.advance(.seconds(1))
        #expect(shell.told() == ["begin b", "begin c"])
        #expect(shell.state("d") == "failed")
        shell.end("d")
        #expect(shell.told() == ["begin d"])
        #expect(shell.lives["d"]?.count == 1)
    }

    @Test("a lost `never` child that has ended at last is not started")
    func lostNever() throws {
        var shell = try shell(kinds: ["d": .never])
        shell.end("c")
        shell.advance(.seconds(60))
        #expect(shell.told() == ["stop d", "lost d", "begin c"])
        shell.end("d")
        #expect(shell.told().isEmpty)
        #expect(shell.state("d") == "stopped")
    }
}
