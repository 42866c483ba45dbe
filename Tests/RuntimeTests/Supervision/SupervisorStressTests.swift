import Logging
import MainspringCore
import MainspringTesting
import Synchronization
import Testing

@testable import MainspringRuntime

@Suite("The supervisor under commands from many tasks", .timeLimit(.minutes(2)))
struct SupervisorStressTests {
    @Test(
        "every service is started and stopped from many tasks at once; a stop leaves nothing",
        arguments: SupervisionPolicy.Strategy.allCases)
    func stress(strategy: SupervisionPolicy.Strategy) async throws {
        let count = strategy == .oneForOne ? 300 : 100
        let bodies = Bodies(failEvery: strategy == .oneForOne ? 20 : 2 * count)
        let context = SupervisorContext(
            time: SystemTime(), sink: NoSink(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let quick = RestartBackoff(base: .milliseconds(1), cap: .milliseconds(2))
        // A busy machine is not a late child.
        let patient = StopPolicy(timeout: .seconds(60))
        let names = (0..<count).map { "service \($0)" }
        let supervisor = try Supervisor(
            children: names.enumerated().map { number, name in
                context.child(
                    child(name, backoff: quick, dependsOn: number % 7 == 6 ? [names[number - 3]] : [], stop: patient),
                    body: { try await bodies.run(name, $0) })
            }, policy: SupervisionPolicy(strategy: strategy, maxRestarts: .max - 1), context: context)
        supervisor.start()
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    var random = SeededGenerator(seed: UInt64(task))
                    for turn in 0..<count {
                        let name = names[Int.random(in: 0..<count, using: &random)]
                        switch Int.random(in: 0..<10, using: &random) {
                        case 0:
                            let extra = "extra \(task) \(turn)"
                            try? supervisor.add(
                                context.child(
                                    child(extra, backoff: quick, stop: patient),
                                    body: { try await bodies.run(extra, $0) }))
                            try? supervisor.remove(extra)
                        default:
                            try? supervisor.perform(ServiceCommand.allCases.randomElement(using: &random)!, on: name)
                        }
                        if turn.isMultiple(of: 20) { _ = supervisor.tree() }
                    }
                }
            }
        }
        #expect(await supervisor.stop(budget: .seconds(60)) == [])
        #expect(supervisor.running().isEmpty)
        #expect(bodies.running == [:])
        #expect(bodies.doubles == [])
        let holdings = supervisor.holdings.withLock { ($0.lives.count, $0.timers.count) }
        #expect(holdings == (0, 0))
        supervisor.pump.read { machine in
            #expect(machine.livingCount == 0 && machine.lostCount == 0 && machine.isGone)
            #expect(machine.slots.allSatisfy { !$0.isLive && $0.livingDependents == 0 })
            #expect(machine.unsatisfiedCount == machine.slots.count { !$0.isSatisfied })
            #expect(machine.indices.count == machine.slots.count)
        }
    }

    private struct NoSink: EventSink {
        func emit(_ event: MainspringEvent) {}
    }

    /// What runs, and whether anything ran twice at once.
    private final class Bodies: Sendable {
        private struct State {
            var running: [String: Int] = [:]
            var doubles: Set<String> = []
            var runs = 0
        }

        private let state = Mutex(State())
        private let failEvery: Int

        init(failEvery: Int) {
            self.failEvery = failEvery
        }

        var running: [String: Int] { state.withLock { $0.running } }
        var doubles: Set<String> { state.withLock { $0.doubles } }

        @concurrent func run(_ name: String, _ context: ServiceContext) async throws {
            let fails = state.withLock { state in
                state.runs += 1
                state.running[name, default: 0] += 1
                if state.running[name] != 1 { state.doubles.insert(name) }
                return state.runs.isMultiple(of: failEvery)
            }
            if !fails { await context.untilStopping() }
            state.withLock { state in
                state.running[name, default: 0] -= 1
                if state.running[name] == 0 { state.running[name] = nil }
            }
            if fails { throw MainspringError(.storeFailed, "it broke") }
        }

    }
}
