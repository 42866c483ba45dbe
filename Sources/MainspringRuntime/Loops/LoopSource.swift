import Logging
import MainspringCore
import Synchronization

/// A loop as a supervisor's child: the same work, again and again.
///
/// A turn that fails or runs out of time degrades the loop until the next good one, and never ends it, until its
/// ``LoopSpec`` says so. Each turn has a span, `loop.turn`.
public final class LoopSource: ChildSource {
    /// One turn; it never runs on the actor of its declaration.
    public typealias Body = @Sendable @concurrent (LoopContext) async throws -> Void

    private struct State {
        var current: LoopRun?
        /// Former lives with turns that still run; the limit of zombies bounds them.
        var earlier: [LoopRun] = []
    }

    public let spec: LoopSpec
    private let runner: any TurnRunner
    private let site: SourceSite?
    private let zombies: ZombieRegister
    private let time: any TimeSource
    private let sink: any EventSink
    private let logger: Logger
    private let random: any RandomNumberGenerator & Sendable
    private let resources: Resources
    private let state = Mutex(State())

    /// Turns that hang are listed in `zombies`; `random` draws the jitter; `site` is shown when a turn is late.
    init(
        _ spec: LoopSpec, runner: any TurnRunner, zombies: ZombieRegister, time: any TimeSource, sink: any EventSink,
        logger: Logger, random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
        resources: Resources = Resources(), site: SourceSite? = nil
    ) {
        self.spec = spec
        self.runner = runner
        self.zombies = zombies
        self.time = time
        self.sink = sink
        self.logger = logger
        self.random = random
        self.resources = resources
        self.site = site
    }

    /// Of all its lives until now.
    public var statistics: LoopStatistics {
        let (current, earlier) = state.withLock { ($0.current, $0.earlier) }
        var statistics = current?.statistics ?? LoopStatistics()
        statistics.zombies += earlier.reduce(0) { $0 + $1.running }
        return statistics
    }

    /// Throws `locked` while more turns of earlier lives still run than the spec allows zombies.
    public func begin(_ line: ChildLine) throws -> any ChildLife {
        let run = try state.withLock { state in
            var earlier = state.earlier
            if let former = state.current { earlier.append(former) }
            earlier.removeAll { $0.running == 0 }
            let leftover = earlier.reduce(0) { $0 + $1.running }
            guard leftover <= spec.maxZombies else {
                throw MainspringError(
                    .locked, "\(leftover) turns of an earlier life of loop \(line.name) still run",
                    hint:
                        "They ignore cancellation: `mainspring tree` names them; only a restart of the node ends them.")
            }
            let machine = LoopMachine(
                name: line.name, spec: spec, statistics: state.current?.statistics ?? LoopStatistics(),
                leftover: leftover, margin: runner.margin, random: state.current?.random ?? random)
            let run = LoopRun(
                machine, line: line, runner: runner, site: site, earlier: earlier, zombies: zombies, time: time,
                sink: sink, logger: logger, resources: resources)
            state.current = run
            state.earlier = earlier
            return run
        }
        run.start()
        return run
    }
}
