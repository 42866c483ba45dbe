import Glibc
public import Logging
public import MainspringCore

/// Brings a node down in order and in time; a thin shell around `ShutdownMachine`.
///
/// Signals, deadlines and the exit itself need no thread of the concurrency pool.
public final class ShutdownLadder: Sendable {
    private let pump: ActionPump<ShutdownMachine, ShutdownAction>
    private let participant: any ShutdownParticipant
    private let time: any TimeSource
    private let announcer: any Announcer
    private let logger: Logger
    private let exit: @Sendable (ShutdownResult) -> Void
    private let run: @Sendable (@escaping @Sendable () -> Void) -> Void
    private let executor: any TaskExecutor

    /// `exit` is called once, on a private thread, at the latest at the overall deadline (grace + cancel + 7 s), also
    /// when parts of the node still hang: it ends the process with ``ShutdownResult/exitCode``.
    public convenience init(
        participant: any ShutdownParticipant, policy: ShutdownPolicy, time: any TimeSource, announcer: any Announcer,
        logger: Logger, exit: @escaping @Sendable (ShutdownResult) -> Void
    ) {
        self.init(
            participant: participant, policy: policy, time: time, announcer: announcer, logger: logger, exit: exit,
            run: { onOwnThread($0) }, executor: PrivateExecutor(label: "mainspring.shutdown"))
    }

    init(
        participant: any ShutdownParticipant, policy: ShutdownPolicy, time: any TimeSource, announcer: any Announcer,
        logger: Logger, exit: @escaping @Sendable (ShutdownResult) -> Void,
        run: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void, executor: any TaskExecutor
    ) {
        pump = ActionPump(ShutdownMachine(policy: policy))
        self.participant = participant
        self.time = time
        self.announcer = announcer
        self.logger = logger
        self.exit = exit
        self.run = run
        self.executor = executor
    }

    /// TERM and INT stop the node, and force it when they come again.
    public func handle(signal number: Int32) { stop(.signal(number)) }

    /// Begins the stop; returns at once. When it has begun already, a signal forces, and anything else changes nothing.
    public func stop(_ cause: ShutdownCause) { feed(.asked(cause)) }

    /// Nothing runs any more, and nothing will. Before the stop began it means nothing.
    public func jobsDrained() { feed(.jobsDrained) }

    public var isStopping: Bool { pump.read { $0.stage > .running } }

    /// The exit was called, or is about to be.
    var isDone: Bool { pump.read { $0.stage == .done } }

    private func feed(_ input: ShutdownInput) {
        pump.feed {
            $0.handle(input, at: time.monotonic())
        } perform: {
            perform($0)
        }
    }

    /// `[self]`: the ladder lives as long as a step of it.
    private func perform(_ action: ShutdownAction) {
        switch action {
        case .quiesce:
            run { [self] in
                participant.quiesce()
                feed(.quiesced(jobs: participant.busyJobs(), services: participant.runningServices()))
            }
        case .look:
            run { [self] in
                feed(.looked(jobs: participant.busyJobs(), services: participant.runningServices()))
            }
        case .cancelJobs:
            run { [self] in
                let names = participant.busyJobs()
                feed(.jobsAsked(names))
                participant.cancelJobs()
            }
        case .killJobs:
            run { [self] in
                feed(.jobsKilled(participant.killJobs()))
            }
        case .stopServices(let budget):
            run { [self] in
                participant.stopServices(budget: budget) { self.feed(.servicesStopped($0)) }
            }
        case .release(let budget):
            run { [self] in
                participant.release(budget: budget) { self.feed(.released($0)) }
            }
        case .killServices: run { [self] in participant.killServices() }
        case .close:
            Task(name: "mainspring.close", executorPreference: executor) { [self] in
                await participant.close()
                feed(.closed)
            }
        case .tally: run { [self] in feed(.tallied(participant.tally())) }
        case .schedule(let timer, let delay): _ = time.schedule(after: delay) { [self] in feed(.timerFired(timer)) }
        case .announce(let announcement): announcer.announce(announcement)
        case .exit(let result):
            run { [self] in
                announcer.flush()
                exit(result)
            }
        }
    }
}
