import MainspringCore
import Testing

@testable import MainspringRuntime

@Suite("Children that come and go")
struct ChangingChildrenTests {
    @Test("an added child starts at once, or when what it depends on is ready; before the start it waits")
    func added() throws {
        var shell = try MachineShell([child("a", ready: Readiness(check: .reported))], isStarted: false)
        shell.feed(.add(child("early")))
        #expect(shell.told().isEmpty)
        shell.feed(.start)
        #expect(shell.told() == ["begin a", "begin early"])
        shell.feed(.add(child("b", dependsOn: ["a"])))
        shell.feed(.add(child("c")))
        #expect(shell.told() == ["begin c"])
        shell.report("a", .ready)
        #expect(shell.told() == ["begin b", "all ready"])
        shell.feed(.add(child("c")))
        #expect(shell.told().isEmpty, "the name is taken")
    }

    @Test("a removed child stops by its policy and is forgotten; its name is free, under new settings")
    func removed() throws {
        var shell = try MachineShell([child("a"), child("b"), child("c")])
        shell.stopsAtOnce = false
        shell.feed(.remove("a"))
        shell.feed(.add(child("a", restart: .never)))
        #expect(shell.told() == ["stop a"])
        shell.end("a", success: true)
        #expect(shell.told() == ["removed a"])
        shell.feed(.add(child("a", restart: .never)))
        #expect(shell.told() == ["begin a"])
        #expect(shell.states == ["b running", "c running", "a running"])
        shell.end("a")
        #expect(shell.state("a") == "failed")
    }

    @Test(
        "a child is removed from whatever state it is in",
        arguments: [
            "waiting", "starting", "running", "backing_off", "stopping", "stopped", "failed",
        ])
    func everyState(state: String) throws {
        var shell = try MachineShell(
            [
                child("x", ready: Readiness(check: .reported, within: .seconds(600))),
                child(
                    "a", restart: state == "failed" ? .never : .always,
                    ready: state == "starting" ? Readiness(check: .reported) : Readiness(),
                    dependsOn: state == "waiting" ? ["x"] : []), child("b", dependsOn: ["a"]),
            ])
        shell.stopsAtOnce = false
        switch state {
        case "backing_off", "failed": shell.end("a")
        case "stopping": shell.feed(.command(.stop, "a"))
        case "stopped":
            shell.feed(.command(.stop, "a"))
            shell.end("a", success: true)
        default: break
        }
        #expect(shell.state("a") == state)
        shell.feed(.remove("a"))
        shell.end("a")
        shell.advance(.seconds(60))
        #expect(shell.state("a") == nil)
        #expect(shell.story.count { $0 == "removed a" } == 1)
        #expect(shell.timers["a"] == nil)
        #expect(shell.lives["a"]?.isEmpty != false)
        let waits = state == "waiting"
        #expect(shell.state("b") == (waits ? "waiting" : "running"), "b waits for what a waited for, and no more")
        shell.report("x", .ready)
        #expect(shell.state("b") == "running")
    }

    @Test("what depended on a removed child depends on what that one depended on, for the stop too")
    func inherited() throws {
        var shell = try MachineShell([child("a"), child("b", dependsOn: ["a"]), child("c", dependsOn: ["b"])])
        shell.feed(.remove("b"))
        #expect(shell.told() == ["stop b", "removed b"])
        #expect(shell.status("c")?.dependsOn == ["a"])
        shell.feed(.stop(budget: .seconds(9)))
        #expect(shell.told() == ["stop c", "stop a", "ended", "gone"])
    }

    @Test("rest-for-one: removal mends the chain, and the next child follows the last that is left")
    func chain() throws {
        let reported = Readiness(check: .reported)
        var shell = try MachineShell(
            ["a", "b", "c", "d"].map { child($0, ready: reported) },
            policy: SupervisionPolicy(strategy: .restForOne, maxRestarts: 9), isStarted: false)
        shell.feed(.start)
        for name in ["a", "b", "c", "d"] { shell.report(name, .ready) }
        for name in ["b", "d"] { shell.feed(.remove(name)) }
        shell.feed(.add(child("e", ready: reported)))
        _ = shell.told()
        #expect(shell.status("c")?.dependsOn == ["a"] && shell.status("e")?.dependsOn == ["c"])
        shell.end("a")
        #expect(shell.told() == ["stop e", "stop c"])
        shell.advance(.milliseconds(500))
        #expect(shell.told() == ["begin a"])
        shell.report("a", .ready)
        #expect(shell.told() == ["begin c"])
    }

    @Test("an answer to one that was removed is not taken for an answer to its namesake")
    func namesakes() throws {
        var shell = try MachineShell([child("a", ready: Readiness(check: .reported))])
        shell.feed(.remove("a"))
        shell.feed(.add(child("a", ready: Readiness(check: .reported))))
        let generation = try #require(shell.machine["a"]?.generation)
        shell.feed(.timerFired("a", generation: generation - 1, lastBeat: nil))
        #expect(shell.state("a") == "starting")
    }

    @Test(
        "a changed child takes the place of the old one: what depends on it waits for the new one, and runs on meanwhile"
    )
    func replaced() throws {
        var shell = try MachineShell([child("a"), child("b", dependsOn: ["a"]), child("c", dependsOn: ["b"])])
        shell.stopsAtOnce = false
        shell.feed(.replace(child("a", ready: Readiness(check: .reported))))
        #expect(shell.told() == ["stop a"])
        shell.feed(.command(.restart, "b"))
        shell.end("b", success: true)
        #expect(shell.told() == ["stop b"])
        shell.end("a", success: true)
        #expect(shell.told() == ["begin a"])
        #expect(shell.states == ["a starting", "b waiting", "c running"])
        shell.report("a", .ready)
        #expect(shell.told() == ["begin b"])
        // Its dependencies are the new ones, for the stop too.
        shell.feed(.replace(child("c")))
        shell.end("c", success: true)
        _ = shell.told()
        shell.feed(.stop(budget: .seconds(9)))
        #expect(shell.told() == ["stop c", "stop b"])
    }

    @Test("what was stopped by a person stays stopped when it changes, and what had ended begins again")
    func replacedAtRest() throws {
        var shell = try MachineShell([child("held"), child("done", restart: .onFailure)])
        shell.feed(.command(.stop, "held"))
        shell.end("done", success: true)
        _ = shell.told()
        shell.feed(.replace(child("held", restart: .never)))
        shell.feed(.replace(child("done", restart: .onFailure)))
        #expect(shell.told() == ["begin done"])
        shell.feed(.command(.start, "held"))
        shell.end("held", success: false)
        #expect(shell.state("held") == "failed")
    }

    @Test("ten thousand children start, and stop, without a look at all of them for each")
    func many() throws {
        let names = (0..<10_000).map(String.init)
        for strategy in SupervisionPolicy.Strategy.allCases {
            var shell = try MachineShell(
                names.map { child($0) }, policy: SupervisionPolicy(strategy: strategy, maxRestarts: 9))
            #expect(shell.machine.livingCount == 10_000)
            shell.end("5000")
            shell.advance(.seconds(1))
            #expect(shell.machine.livingCount == 10_000)
            shell.feed(.stop(budget: .seconds(9)))
            #expect(shell.ends == [.stopped])
        }
    }
}
