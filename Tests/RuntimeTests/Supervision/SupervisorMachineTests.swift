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
        let restart: ServiceSpec.Restart
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
        var machine = try machine([service("feed", restart: end.restart)])
        #expect(machine.run(.start) == [.spawn("feed")])
        machine.run(.spawned("feed", pid: 7))
        machine.run(.exited("feed", end.status, wasKilled: false))
        #expect(machine.state("feed") == end.phase)
    }

    @Test(
        "a failed start follows the policy like a crash",
        arguments: zip(
            [ServiceSpec.Restart.always, .onFailure, .never], ["backing_off", "backing_off", "failed"]))
    func spawnFailure(restart: ServiceSpec.Restart, phase: String) throws {
        var machine = try machine([service("feed", restart: restart)])
        machine.run(.start)
        let actions = machine.run(.spawnFailed("feed", reason: "could not start: No such file or directory"))
        #expect(
            actions.first == .emit(.notReady(service: "feed", reason: "could not start: No such file or directory")))
        #expect(machine.state("feed") == phase)
    }

    @Test("answers and timers of an earlier life change nothing")
    func staleInputsAreIgnored() throws {
        var machine = try machine([service("feed", ready: tcp(1))])
        machine.run(.start)
        let actions = machine.run(.spawned("feed", pid: 7))
        guard case .probe(_, let generation)? = actions.last else {
            Issue.record("no probe in \(actions)")
            return
        }
        machine.run(.exited("feed", .code(1), wasKilled: false))
        #expect(machine.run(.becameReady("feed", generation: generation)).isEmpty)
        #expect(machine.run(.timerFired("feed", generation: generation)).isEmpty)
        #expect(machine.run(.exited("feed", .code(1), wasKilled: false)).isEmpty)
        #expect(machine.state("feed") == "backing_off")
    }

    @Test("a stop between the order to start and the answer ends the newborn process")
    func stopWhileSpawning() throws {
        var machine = try machine([service("feed")])
        machine.run(.start)
        #expect(!machine.run(.stop(budget: .seconds(9))).contains { if case .terminate = $0 { true } else { false } })
        #expect(machine.run(.spawned("feed", pid: 7)).last == .terminate("feed", signal: 15, grace: .seconds(5)))
        #expect(machine.run(.exited("feed", .signal(15), wasKilled: false)).last == .allStopped(killed: []))
    }

    @Test("a failed start during a stop ends the stop")
    func spawnFailureWhileStopping() throws {
        var machine = try machine([service("feed")])
        machine.run(.start)
        machine.run(.stop(budget: .seconds(9)))
        #expect(machine.run(.spawnFailed("feed", reason: "gone")).last == .allStopped(killed: []))
    }

    @Test("a service that ends by itself during a stop is not started again")
    func noRestartWhileStopping() throws {
        var machine = try machine([service("feed"), service("bot", dependsOn: ["feed"])])
        machine.run(.start)
        machine.run(.spawned("feed", pid: 7))
        machine.run(.spawned("bot", pid: 8))
        machine.run(.stop(budget: .seconds(9)))
        machine.run(.exited("feed", .code(1), wasKilled: false))
        #expect(machine.state("feed") == "stopped")
        #expect(machine.run(.exited("bot", .code(0), wasKilled: false)).last == .allStopped(killed: []))
        #expect(machine.run(.restart("feed")).isEmpty)
    }

    @Test("each stop timeout is the smaller of its own and what is left")
    func budgetCapsTimeouts() throws {
        var machine = try machine([
            service("feed", stop: StopPolicy(timeout: .seconds(20))),
            service("bot", dependsOn: ["feed"], stop: StopPolicy(signal: 2, timeout: .seconds(4))),
        ])
        machine.run(.start)
        machine.run(.spawned("feed", pid: 7))
        machine.run(.spawned("bot", pid: 8))
        #expect(machine.run(.stop(budget: .seconds(10))).last == .terminate("bot", signal: 2, grace: .seconds(4)))
        let actions = machine.run(.exited("bot", .code(0), wasKilled: false), after: .seconds(3))
        #expect(actions.last == .terminate("feed", signal: 15, grace: .seconds(7)))
        #expect(
            machine.run(.stop(budget: .seconds(1)), after: .seconds(3)).last
                == .terminate("feed", signal: 15, grace: .seconds(1)))
    }

    @Test("force kills everything at once, whatever the order")
    func forceKillsAll() throws {
        var machine = try machine([service("feed"), service("bot", dependsOn: ["feed"])])
        machine.run(.start)
        machine.run(.spawned("feed", pid: 7))
        machine.run(.spawned("bot", pid: 8))
        let actions = machine.run(.forceKill)
        #expect(actions.contains(.terminate("feed", signal: 9, grace: .zero)))
        #expect(actions.contains(.terminate("bot", signal: 9, grace: .zero)))
        machine.run(.exited("feed", .signal(9), wasKilled: false))
        #expect(machine.run(.exited("bot", .signal(9), wasKilled: false)).last == .allStopped(killed: ["feed", "bot"]))
    }

    @Test(
        "a wrong set of services is refused",
        arguments: zip(
            [
                [service("a", dependsOn: ["b"])], [service("a"), service("a")],
                [service("a", dependsOn: ["b"]), service("b", dependsOn: ["c"]), service("c", dependsOn: ["a"])],
                [service("a", dependsOn: ["a"])],
            ],
            [
                "service a depends on b, which is not declared", "two services have the same name",
                "these services wait for each other: a, b, c", "these services wait for each other: a",
            ]))
    func wrongDependencies(specs: [ServiceSpec], message: String) {
        let error = #expect(throws: MainspringError.self) { try StartOrder.of(specs) }
        #expect(error?.message == message)
    }

    private func machine(_ specs: [ServiceSpec]) throws -> TimedMachine {
        TimedMachine(
            machine: try SupervisorMachine(services: specs, random: FullJitter(), now: MonotonicInstant(nanoseconds: 0))
        )
    }

    private struct TimedMachine {
        var machine: SupervisorMachine
        var now = MonotonicInstant(nanoseconds: 0)

        @discardableResult
        mutating func run(_ input: SupervisorInput, after delay: Duration = .zero) -> [SupervisorAction] {
            now = now + delay
            return machine.handle(input, at: now)
        }

        func state(_ name: String) -> String? {
            machine[name]?.status(wall: Timestamp(microseconds: 0), now: now).state.rawValue
        }
    }
}
