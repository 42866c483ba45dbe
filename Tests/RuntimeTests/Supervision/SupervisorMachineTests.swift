import MainspringCore
import Testing

@testable import MainspringRuntime

@Suite("The supervisor's machine")
struct SupervisorMachineTests {
    @Test(
        "the backoff doubles from base to cap and never beyond",
        arguments: zip(1...9, [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]))
    func backoffDoubles(failures: Int, milliseconds: Int) {
        var random = FullJitter()
        #expect(RestartBackoff().delay(afterFailures: failures, using: &random) == .milliseconds(milliseconds))
    }

    @Test("jitter takes at most half of the backoff away")
    func jitterIsBounded() {
        struct LeastJitter: RandomNumberGenerator { mutating func next() -> UInt64 { 1 << 32 } }
        var random = LeastJitter()
        #expect(RestartBackoff().delay(afterFailures: 2, using: &random) == .milliseconds(500))
    }

    struct End: Sendable, CustomTestStringConvertible {
        let restart: ChildSpec.Restart
        // The testing library has one of its own.
        let status: MainspringRuntime.ExitStatus
        let phase: String
        var testDescription: String { "\(restart.rawValue), \(status) → \(phase)" }
    }

    @Test(
        "what follows an end is the restart policy's",
        arguments: [
            End(restart: .always, status: .code(0), phase: "backing_off"),
            End(restart: .always, status: .code(1), phase: "backing_off"),
            End(restart: .onFailure, status: .code(0), phase: "stopped"),
            End(restart: .onFailure, status: .code(1), phase: "backing_off"),
            End(restart: .onFailure, status: .signal(9), phase: "backing_off"),
            End(restart: .never, status: .code(0), phase: "stopped"),
            End(restart: .never, status: .code(1), phase: "failed"),
            End(restart: .never, status: .signal(11), phase: "failed"),
        ])
    func policyDecides(end: End) throws {
        var machine = try TimedMachine([child("feed", restart: end.restart)])
        #expect(machine.run(.start).last == .begin("feed", life: 1))
        machine.begun("feed")
        machine.ended("feed", end.status)
        #expect(machine.state("feed") == end.phase)
    }

    @Test(
        "a failed start follows the policy like a crash",
        arguments: zip([ChildSpec.Restart.always, .onFailure, .never], ["backing_off", "backing_off", "failed"]))
    func beginFailure(restart: ChildSpec.Restart, phase: String) throws {
        var machine = try TimedMachine([child("feed", restart: restart)])
        machine.run(.start)
        let actions = machine.run(
            .beginFailed("feed", life: 1, reason: "could not start: No such file or directory"))
        #expect(
            actions.first == .emit(.notReady(service: "feed", reason: "could not start: No such file or directory")))
        #expect(machine.state("feed") == phase)
    }

    @Test("answers and timers of an earlier life change nothing")
    func staleInputsAreIgnored() throws {
        var machine = try TimedMachine([child("feed", ready: tcp(1))])
        machine.run(.start)
        let actions = machine.begun("feed")
        guard case .probe(_, let generation)? = actions.last else {
            Issue.record("no probe in \(actions)")
            return
        }
        machine.ended("feed", .code(1))
        #expect(machine.run(.becameReady("feed", generation: generation)).isEmpty)
        #expect(machine.run(.timerFired("feed", generation: generation, lastBeat: nil)).isEmpty)
        #expect(machine.ended("feed", .code(1)).isEmpty)
        #expect(machine.run(.reported("feed", life: 0, .ready)).isEmpty)
        #expect(machine.state("feed") == "backing_off")
    }

    @Test("a stop between the order to begin and the answer ends the newborn life")
    func stopWhileBeginning() throws {
        var machine = try TimedMachine([child("feed")])
        machine.run(.start)
        machine.run(.stop(budget: .seconds(9)))
        #expect(machine.begun("feed").contains(.stop("feed", StopOrder(grace: .seconds(5)))))
        #expect(machine.ended("feed", .signal(15)).suffix(2) == [.ended(.stopped), .gone])
    }

    @Test("a failed start during a stop ends the stop")
    func beginFailureWhileStopping() throws {
        var machine = try TimedMachine([child("feed")])
        machine.run(.start)
        machine.run(.stop(budget: .seconds(9)))
        #expect(machine.run(.beginFailed("feed", life: 1, reason: "gone")).suffix(2) == [.ended(.stopped), .gone])
    }

    @Test("a child that ends by itself during a stop is not started again")
    func noRestartWhileStopping() throws {
        var machine = try TimedMachine([child("feed"), child("bot", dependsOn: ["feed"])])
        machine.run(.start)
        machine.begun("feed")
        machine.begun("bot")
        machine.run(.stop(budget: .seconds(9)))
        machine.ended("feed", .code(1))
        #expect(machine.state("feed") == "stopped")
        #expect(machine.ended("bot", .code(0)).suffix(2) == [.ended(.stopped), .gone])
        #expect(machine.run(.command(.restart, "feed")).isEmpty)
    }

    @Test("each stop timeout is the smaller of its own and what is left")
    func budgetCapsTimeouts() throws {
        var machine = try TimedMachine([
            child("feed", stop: StopPolicy(timeout: .seconds(20))),
            child("bot", dependsOn: ["feed"], stop: StopPolicy(signal: 2, timeout: .seconds(4))),
        ])
        machine.run(.start)
        machine.begun("feed")
        machine.begun("bot")
        #expect(
            machine.run(.stop(budget: .seconds(10))).orders == ["bot": StopOrder(signal: 2, grace: .seconds(4))])
        #expect(machine.ended("bot", .code(0), after: .seconds(3)).orders == ["feed": StopOrder(grace: .seconds(7))])
        #expect(
            machine.run(.stop(budget: .seconds(1)), after: .seconds(3)).orders
                == ["feed": StopOrder(grace: .seconds(1))])
    }

    @Test("force kills everything at once, whatever the order")
    func forceKillsAll() throws {
        var machine = try TimedMachine([child("feed", kind: .command), child("bot", dependsOn: ["feed"])])
        machine.run(.start)
        machine.begun("feed")
        machine.begun("bot")
        let actions = machine.run(.forceKill)
        #expect(actions.contains(.kill("feed")))
        #expect(actions.contains(.kill("bot")))
        #expect(machine.ended("feed", .signal(9)).contains(.emit(.killed(service: "feed"))))
        // What is cancelled only was not killed.
        let last = machine.ended("bot", .code(0))
        #expect(!last.contains(.emit(.killed(service: "bot"))))
        #expect(last.suffix(2) == [.ended(.stopped), .gone])
    }

    @Test(
        "a wrong set of children is refused",
        arguments: zip(
            [
                [child("a", dependsOn: ["b"])], [child("a"), child("a")],
                [child("a", dependsOn: ["b"]), child("b", dependsOn: ["c"]), child("c", dependsOn: ["a"])],
                [child("a", dependsOn: ["a"])],
            ],
            [
                "a depends on b, which is not declared", "two children have the same name",
                "these wait for each other: a, b, c", "these wait for each other: a",
            ]))
    func wrongDependencies(specs: [ChildSpec], message: String) {
        let error = #expect(throws: MainspringError.self) { try StartOrder.of(specs) }
        #expect(error?.message == message)
    }
}
