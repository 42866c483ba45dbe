import Glibc
import Logging
import MainspringCore
import Synchronization

/// One life of a loop; a thin shell around `LoopMachine`.
///
/// Its timers, and commands, go on while every thread of the concurrency pool is blocked; closures need one.
final class LoopRun: ChildLife {
    private struct Held {
        var turn: (any RunningTurn)?
        var timer: (any ScheduledAction)?
        /// Its number in the register of zombies.
        var zombie: Int?
    }

    private struct Holdings {
        var turns: [Int: Held] = [:]
        var next: (any ScheduledAction)?
        var drain: (any ScheduledAction)?
    }

    let logger: Logger
    let resources: Resources
    private let line: ChildLine
    private let pump: ActionPump<LoopMachine, LoopAction>
    private let holdings = Mutex(Holdings())
    private let runner: any TurnRunner
    private let site: SourceSite?
    /// Lives before this one whose turns still ran when it began.
    private let earlier: [LoopRun]
    private let zombies: ZombieRegister
    private let time: any TimeSource
    private let sink: any EventSink

    init(
        _ machine: sending LoopMachine, line: ChildLine, runner: any TurnRunner, site: SourceSite?, earlier: [LoopRun],
        zombies: ZombieRegister, time: any TimeSource, sink: any EventSink, logger: Logger,
        resources: Resources = Resources()
    ) {
        pump = ActionPump(machine)
        self.line = line
        self.runner = runner
        self.site = site
        self.earlier = earlier
        self.zombies = zombies
        self.time = time
        self.sink = sink
        self.logger = logger
        self.resources = resources
    }

    var name: String { line.name }
    var isStopping: Bool { !pump.read(\.isRunning) }
    /// Turns that have not ended.
    var running: Int { pump.read { $0.turns.count } }
    var statistics: LoopStatistics { pump.read(\.statistics) }
    var random: any RandomNumberGenerator & Sendable { pump.read(\.random) }

    func beat(at site: SourceSite) { line.beat(at: site) }

    func start() { feed(.start) }

    // MARK: ChildLife

    func quiet() { feed(.quiet) }

    func stop(_ order: StopOrder) { feed(.stop(order)) }

    func kill() {
        feed(.kill)
        // Another thread may be busy with the actions: the signals do not wait for it.
        for held in holdings.withLock({ Array($0.turns.values) }) where held.turn?.pid != nil {
            held.turn?.cancel(signal: SIGKILL, grace: .zero)
        }
    }

    func standing() -> String? {
        let now = time.monotonic()
        let turns = pump.read(\.turns)
        guard !turns.isEmpty else { return nil }
        var parts = turns.prefix(3).map { turn in
            let process = holdings.withLock { $0.turns[turn.number]?.turn }?.pid.flatMap(ProcessStanding.of)
            return turn.standing(at: now) + (process.map { ", \($0)" } ?? "")
        }
        if turns.count > 3 { parts.append("and \(turns.count - 3) more") }
        if let beat = line.lastBeat() { parts.append("last beat \(beat)") }
        if let site { parts.append("declared at \(site)") }
        return parts.joined(separator: ", ")
    }

    func children() -> [ChildStatus] { (earlier + [self]).flatMap { $0.turnStatuses() } }

    private func turnStatuses() -> [ChildStatus] {
        let wall = time.now()
        let now = time.monotonic()
        return pump.read(\.turns).map { turn in
            ChildStatus(
                name: "turn \(turn.number)", kind: .part, state: turn.status, isReady: turn.state == .running,
                since: wall - (now - turn.since), startedAt: wall - (now - turn.startedAt),
                pid: holdings.withLock { $0.turns[turn.number]?.turn }?.pid, site: site,
                detail: turn.state == .running ? nil : turn.standing(at: now))
        }
    }

    // MARK: Performing

    private func feed(_ input: LoopInput) {
        pump.feed {
            $0.handle(input, at: time.monotonic())
        } perform: {
            perform($0)
        }
    }

    private func perform(_ action: LoopAction) {
        switch action {
        case .begin(let number, let lateness):
            beat()
            let context = LoopContext(
                run: self, turn: number, scheduledAt: time.now() - lateness, lateness: lateness)
            let turn = runner.begin(context) { self.feed(.turnEnded(number, $0)) }
            holdings.withLock { $0.turns[number, default: Held()].turn = turn }
        case .cancel(let number, let signal, let grace):
            holdings.withLock { $0.turns[number]?.turn }?.cancel(signal: signal, grace: grace)
        case .register(let number):
            let zombie = ZombieRegister.Zombie(
                name: "loop \(name), turn \(number)", site: site.map { "\($0)" } ?? "", since: time.now())
            let place = zombies.add(zombie)
            holdings.withLock { $0.turns[number, default: Held()].zombie = place }
        case .forget(let number):
            beat()
            let held = holdings.withLock { $0.turns.removeValue(forKey: number) }
            held?.timer?.cancel()
            if let place = held?.zombie { zombies.remove(place) }
        case .schedule(let timer, let delay):
            let scheduled = time.schedule(after: delay) { self.feed(.timerFired(timer)) }
            keep(scheduled, as: timer)?.cancel()
        case .cancelTimers:
            let timers = holdings.withLock { holdings in
                defer { (holdings.next, holdings.drain) = (nil, nil) }
                return [holdings.next, holdings.drain]
            }
            for timer in timers { timer?.cancel() }
        case .report(.ended(var end)):
            let now = time.monotonic()
            end.laggards += earlier.flatMap { $0.pump.read(\.turns) }.map { $0.laggard(at: now) }
            line.report(.ended(end))
        case .report(let report): line.report(report)
        case .emit(let event):
            sink.emit(.loop(event))
            event.log(to: logger)
        }
    }

    /// The timer that it takes the place of.
    private func keep(_ scheduled: any ScheduledAction, as timer: LoopTimer) -> (any ScheduledAction)? {
        holdings.withLock { holdings in
            var former: (any ScheduledAction)? = scheduled
            switch timer {
            case .next: swap(&holdings.next, &former)
            case .drain: swap(&holdings.drain, &former)
            case .timeout(let number), .patience(let number):
                swap(&holdings.turns[number, default: Held()].timer, &former)
            }
            return former
        }
    }

    /// At its declaration, for want of a better place.
    private func beat() { line.beat(at: site ?? SourceSite()) }
}

extension LoopTurn {
    fileprivate var status: ChildStatus.State {
        switch state {
        case .running: .running
        case .cancelled: .stopping
        case .hanging: .failed
        }
    }
}
