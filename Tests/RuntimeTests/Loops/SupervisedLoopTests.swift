import MainspringCore
import MainspringTesting
import Synchronization
import Testing

@testable import MainspringRuntime

@Suite("Loops under a supervisor", .timeLimit(.minutes(1)))
struct SupervisedLoopTests {
    let time = ManualTime()
    let rig: LoopRig
    let context: SupervisorContext

    init() {
        rig = LoopRig(time: time)
        context = SupervisorContext(
            time: time, sink: rig.events, logger: rig.logger, logs: nil, random: SeededGenerator(seed: 1),
            prober: ReadinessProber(time: time), executor: InlineExecutor(), begin: { $0() })
    }

    private func supervisor(_ loop: LoopSpec, body: @escaping LoopSource.Body) throws -> Supervisor {
        let spec = ChildSpec(
            name: "beat", kind: .loop, backoff: RestartBackoff(base: .seconds(1), cap: .seconds(1)),
            stop: StopPolicy(timeout: .seconds(2)), site: SourceSite(file: "Bot/main.swift", line: 9))
        return try Supervisor(children: [context.child(spec, loop: loop, body: body)], context: context)
    }

    @Test("a loop that fails for good is restarted, and its turns are numbered on")
    func restarts() async throws {
        struct Failed: Error {}
        let again = Signal()
        let supervisor = try supervisor(LoopSpec(every: .seconds(60), maxFailures: 1)) { context in
            guard context.turn > 1 else { throw Failed() }
            again.notify()
        }
        supervisor.start()
        await eventually { supervisor.tree().first?.state == .backingOff }
        // The state is there before its timer.
        await time.timersPending()
        time.advance(by: .seconds(1))
        await again.wait()
        let beat = try #require(supervisor.tree().first)
        #expect(beat.restarts == 1)
        #expect(beat.lastExit == "turn 1 failed: Failed()")
        #expect(await supervisor.stop(budget: .seconds(9)).isEmpty)
    }

    @Test("a turn that outlives the stop is blamed, with its number, its age and its declaration")
    func blame() async throws {
        let started = Signal()
        let release = Signal()
        let supervisor = try supervisor(LoopSpec(every: .seconds(60))) { _ in
            started.notify()
            await release.wait()
        }
        supervisor.start()
        await started.wait()
        time.advance(by: .seconds(7))
        let laggards = Box<[Laggard]>()
        supervisor.stop(budget: .seconds(9)) { laggards.set($0) }
        time.advance(by: .seconds(3))
        let laggard = try #require(laggards.value?.first)
        #expect(laggard.path == "beat")
        #expect(!laggard.wasKilled)
        let standing = try #require(laggard.standing)
        #expect(standing.hasPrefix("turn 1 for 9.0s, cancelled 2.0s ago"))
        #expect(standing.hasSuffix("declared at Bot/main.swift:9"))
        release.notify()
    }
}
