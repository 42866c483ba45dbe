import Glibc
import MainspringCore
import Synchronization

/// Starts children, keeps them running, and stops them in order.
///
/// A thin shell around `SupervisorMachine`. Timers, probes, the watch over processes and the stop itself have threads of
/// their own: a blocked concurrency pool stops none of it.
public final class Supervisor: Sendable {
    /// A child: what the supervisor knows of it, and what makes its lives.
    public struct Child: Sendable {
        public var spec: ChildSpec
        public var source: any ChildSource

        public init(_ spec: ChildSpec, _ source: any ChildSource) {
            self.spec = spec
            self.source = source
        }
    }

    struct Life {
        let number: Int
        let pulse = Pulse()
        /// Nil until it has begun.
        var life: (any ChildLife)?
    }

    struct Holdings {
        var sources: [String: any ChildSource] = [:]
        var lives: [String: Life] = [:]
        var timers: [String: any ScheduledAction] = [:]
        var removalWaiters: [String: [@Sendable (Bool) -> Void]] = [:]
        var stopWaiters: [@Sendable ([Laggard]) -> Void] = []
        var laggards: [Laggard] = []
        var end: SupervisorEnd?
        var isQuiet = false
    }

    public let name: String
    let pump: ActionPump<SupervisorMachine, SupervisorAction>
    let holdings: Mutex<Holdings>
    let context: SupervisorContext
    private let onReady: @Sendable () -> Void
    private let onEnd: @Sendable (SupervisorEnd, [Laggard]) -> Void
    private let onGone: @Sendable (SupervisorEnd, [Laggard]) -> Void

    /// Nothing starts before ``start()``.
    ///
    /// `onExhausted` is called once, on any thread, when more restarts than allowed have ended this supervisor: its children
    /// are stopped by then. Throws as ``StartOrder/of(_:)`` does.
    public convenience init(
        name: String = "root", children: [Child], policy: SupervisionPolicy = SupervisionPolicy(),
        context: SupervisorContext,
        onExhausted: @escaping @Sendable (SupervisionPolicy.Exhaustion, _ reason: String) -> Void = { _, _ in }
    ) throws {
        try self.init(
            name: name, children: children, policy: policy, context: context, onReady: {},
            onEnd: { end, _ in
                if case .exhausted(let exhaustion, let reason) = end { onExhausted(exhaustion, reason) }
            }, onGone: { _, _ in })
    }

    /// `onEnd` is called when nothing runs any more but what was given up on, with those that were late; `onGone` when
    /// that has ended too, with those that had to be killed.
    init(
        name: String, children: [Child], policy: SupervisionPolicy, context: SupervisorContext,
        onReady: @escaping @Sendable () -> Void, onEnd: @escaping @Sendable (SupervisorEnd, [Laggard]) -> Void,
        onGone: @escaping @Sendable (SupervisorEnd, [Laggard]) -> Void
    ) throws {
        self.name = name
        self.context = context
        self.onReady = onReady
        self.onEnd = onEnd
        self.onGone = onGone
        pump = ActionPump(
            try SupervisorMachine(
                name: name, children: children.map(\.spec), policy: policy, random: context.random,
                now: context.time.monotonic()))
        holdings = Mutex(
            Holdings(sources: Dictionary(children.map { ($0.spec.name, $0.source) }, uniquingKeysWith: { $1 })))
    }

    /// Starts every child whose dependencies are ready, and the others as theirs become so; returns at once.
    public func start() { feed(.start) }

    /// Children begin nothing new from now on, those that are restarted included; what is under way goes on.
    public func quiet() {
        let lives = holdings.withLock { holdings in
            holdings.isQuiet = true
            return Array(holdings.lives.values)
        }
        for life in lives { life.life?.quiet() }
    }

    /// Stops everything in reverse order and calls `completion` once, on any thread, with those that did not end in time.
    ///
    /// Each child gets its own stop timeout, or what is left of `budget` if that is less. A later call can only bring the
    /// deadline forward.
    public func stop(budget: Duration, completion: @escaping @Sendable ([Laggard]) -> Void) {
        let laggards: [Laggard]? = holdings.withLock { holdings in
            if holdings.end != nil { return holdings.laggards }
            holdings.stopWaiters.append(completion)
            return nil
        }
        if let laggards { return completion(laggards) }
        feed(.stop(budget: budget))
    }

    /// ``stop(budget:completion:)`` for callers that can wait on the pool.
    @concurrent public func stop(budget: Duration) async -> [Laggard] {
        await withCheckedContinuation { continuation in
            stop(budget: budget) { continuation.resume(returning: $0) }
        }
    }

    /// Ends every child with all force there is, from any thread; nothing starts afterwards.
    public func forceKill() {
        feed(.forceKill)
        // Another thread may be busy with the actions: the signals do not wait for it.
        for life in holdings.withLock({ $0.lives.values.compactMap(\.life) }) { life.kill() }
    }

    // MARK: Performing

    func feed(_ input: SupervisorInput) {
        pump.feed {
            $0.handle(input, at: context.time.monotonic())
        } perform: {
            perform($0)
        }
    }

    private func perform(_ action: SupervisorAction) {
        switch action {
        case .begin(let name, let number): context.begin { self.begin(name, number) }
        case .probe(let name, let generation):
            guard let check = pump.read({ $0[name]?.spec.readiness.check }) else { return }
            context.prober.start(probeKey(name), check: check) {
                self.feed(.becameReady(name, generation: generation))
            }
        case .schedule(let name, let generation, let delay):
            let timer = context.time.schedule(after: delay) {
                let beat = self.holdings.withLock { $0.lives[name]?.pulse }?.last?.0
                self.feed(.timerFired(name, generation: generation, lastBeat: beat))
            }
            holdings.withLock { $0.timers.updateValue(timer, forKey: name) }?.cancel()
        case .cancel(let name):
            context.prober.cancel(probeKey(name))
            holdings.withLock { $0.timers.removeValue(forKey: name) }?.cancel()
        case .stop(let name, let order): life(name)?.stop(order)
        case .kill(let name): life(name)?.kill()
        case .giveUp(let name, let after):
            tell(.abandoned(service: name, after: after, standing: life(name)?.standing()))
            let waiters = holdings.withLock { $0.removalWaiters.removeValue(forKey: name) ?? [] }
            for waiter in waiters { waiter(false) }
        case .removed(let name):
            let waiters = holdings.withLock { holdings in
                holdings.sources[name] = nil
                holdings.lives[name] = nil
                return holdings.removalWaiters.removeValue(forKey: name) ?? []
            }
            for waiter in waiters { waiter(true) }
        case .emit(let event): tell(event)
        case .allReady: onReady()
        case .ended(let end): finish(end)
        case .gone:
            let (end, laggards) = holdings.withLock { ($0.end, $0.laggards) }
            if let end { onGone(end, laggards.filter(\.wasKilled)) }
        }
    }

    private func tell(_ event: ServiceEvent) {
        context.sink.emit(.service(event))
        event.log(to: context.logger)
    }

    private func probeKey(_ child: String) -> String { "\(name)/\(child)" }

    func life(_ name: String) -> (any ChildLife)? { holdings.withLock { $0.lives[name]?.life } }

    private func begin(_ name: String, _ number: Int) {
        let new = Life(number: number)
        let source = holdings.withLock { holdings in
            holdings.lives[name] = new
            return holdings.sources[name]
        }
        guard let source else { return }
        let line = ChildLine(name: name, pulse: new.pulse, time: context.time) { report in
            self.hear(report, of: name, number)
        }
        do {
            let life = try source.begin(line)
            let isQuiet = holdings.withLock { holdings in
                // It may have ended already.
                if holdings.lives[name]?.number == number { holdings.lives[name]?.life = life }
                return holdings.isQuiet
            }
            if isQuiet { life.quiet() }
            feed(.begun(name, life: number, pid: life.pid))
        } catch {
            feed(.beginFailed(name, life: number, reason: Self.reason(error)))
        }
    }

    private func hear(_ report: ChildReport, of name: String, _ number: Int) {
        if case .ended(let end) = report {
            let (isStopping, asked) = pump.read { ($0.isStopping, $0[name]?.stopAskedAt) }
            let after = asked.map { context.time.monotonic() - $0 } ?? .zero
            holdings.withLock { holdings in
                if holdings.lives[name]?.number == number { holdings.lives[name] = nil }
                // Before the stop it is not late for it, and what still runs now may have ended by then.
                guard isStopping else { return }
                if end.wasKilled { holdings.laggards.append(Laggard(path: name, after: after, wasKilled: true)) }
                holdings.laggards += end.laggards.map { $0.below(name) }
            }
        }
        feed(.reported(name, life: number, report))
    }

    private func finish(_ end: SupervisorEnd) {
        let lost = lost()
        let (waiters, removals, laggards) = holdings.withLock { holdings in
            holdings.end = end
            holdings.laggards += lost
            defer {
                holdings.stopWaiters = []
                holdings.removalWaiters = [:]
            }
            return (holdings.stopWaiters, holdings.removalWaiters, holdings.laggards)
        }
        // Nothing is removed any more: what was to be has ended with the rest.
        for waiter in removals.values.joined() { waiter(true) }
        onEnd(end, laggards)
        for waiter in waiters { waiter(laggards) }
    }

    /// Children that were given up on and still run, each supervisor with those below it.
    private func lost() -> [Laggard] {
        let now = context.time.monotonic()
        let names = pump.read { machine in
            machine.slots.compactMap { slot -> (String, MonotonicInstant)? in
                if case .lost = slot.phase { (slot.spec.name, slot.stopAskedAt ?? slot.since) } else { nil }
            }
        }
        return names.flatMap { name, asked in
            let life = life(name)
            if let group = life as? any SupervisingLife {
                return group.supervisor.holdings.withLock { $0.laggards }.map { $0.below(name) }
            }
            return [Laggard(path: name, after: now - asked, wasKilled: false, standing: life?.standing())]
        }
    }

    private static func reason(_ error: any Error) -> String {
        guard let error = error as? MainspringError else { return "could not start: \(error)" }
        return "could not start: \(error.cause ?? error.message)"
    }
}

extension Laggard {
    fileprivate func below(_ supervisor: String) -> Laggard {
        var laggard = self
        laggard.path = "\(supervisor)/\(path)"
        return laggard
    }
}
