import Glibc
public import Logging
public import MainspringCore
import Synchronization

/// Starts the services of a node, keeps them running, and stops them in order.
///
/// A thin shell around `SupervisorMachine`. Timers, probes and the watch over children have threads of their own: a
/// blocked concurrency pool stops none of it.
public final class Supervisor: ServiceControl {
    private struct Holdings {
        var children: [String: any ChildProcess] = [:]
        var timers: [String: any ScheduledAction] = [:]
        var stopWaiters: [@Sendable ([String]) -> Void] = []
        var killed: [String]?
    }

    private let pump: ActionPump<SupervisorMachine, SupervisorAction>
    private let holdings = Mutex(Holdings())
    private let specs: [String: ServiceSpec]
    private let logs: ServiceLogs
    private let prober: ReadinessProber
    private let spawner: any ProcessSpawner
    private let time: any TimeSource
    private let sink: any EventSink
    private let logger: Logger
    private let executor: any TaskExecutor

    /// Nothing starts before ``start()``. Throws as ``StartOrder/of(_:)`` does.
    public convenience init(
        services: [ServiceSpec], spawner: any ProcessSpawner, logs: ServiceLogs, time: any TimeSource,
        sink: any EventSink, logger: Logger,
        random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
    ) throws {
        try self.init(
            services: services, spawner: spawner, logs: logs, time: time, sink: sink, logger: logger, random: random,
            executor: PrivateExecutor(label: "mainspring.supervisor"), prober: ReadinessProber(time: time))
    }

    init(
        services: [ServiceSpec], spawner: any ProcessSpawner, logs: ServiceLogs, time: any TimeSource,
        sink: any EventSink, logger: Logger, random: any RandomNumberGenerator & Sendable,
        executor: any TaskExecutor, prober: ReadinessProber
    ) throws {
        pump = ActionPump(try SupervisorMachine(services: services, random: random, now: time.monotonic()))
        specs = Dictionary(uniqueKeysWithValues: services.map { ($0.name, $0) })
        self.logs = logs
        self.spawner = spawner
        self.time = time
        self.sink = sink
        self.logger = logger
        self.executor = executor
        self.prober = prober
    }

    /// Starts every service whose dependencies are ready, and the others as theirs become so; returns at once.
    public func start() { feed(.start) }

    /// Stops everything in reverse order and calls `completion` once, on any thread, with the names of the services
    /// that had to be killed.
    ///
    /// Each service gets its own stop timeout, or what is left of `budget` if that is less. A later call can only bring
    /// the deadline forward.
    public func stop(budget: Duration, completion: @escaping @Sendable ([String]) -> Void) {
        let killed = holdings.withLock { holdings in
            if holdings.killed == nil { holdings.stopWaiters.append(completion) }
            return holdings.killed
        }
        if let killed { return completion(killed) }
        feed(.stop(budget: budget))
    }

    /// ``stop(budget:completion:)`` for callers that can wait on the pool.
    public func stop(budget: Duration) async -> [String] {
        await withCheckedContinuation { continuation in
            stop(budget: budget) { continuation.resume(returning: $0) }
        }
    }

    /// KILL for every service's process group, at once, from any thread; nothing starts afterwards.
    public func forceKill() {
        feed(.forceKill)
        // Another thread may be busy with the actions: the signals do not wait for it.
        for child in holdings.withLock({ Array($0.children.values) }) { child.terminate(signal: SIGKILL, grace: .zero) }
    }

    // MARK: ServiceControl

    public func services() -> [ServiceStatus] {
        let wall = time.now()
        let instant = time.monotonic()
        return pump.read { machine in machine.slots.map { $0.status(wall: wall, now: instant) } }
    }

    public func restart(_ name: String) async throws {
        try require(name)
        guard !pump.read(\.isStopping) else {
            throw MainspringError(.draining, "the node is stopping, so \(name) is not restarted")
        }
        feed(.restart(name))
    }

    public func logTail(of name: String, lines: Int) throws -> [String] {
        try require(name)
        return logs[name]?.tail(lines) ?? []
    }

    private func require(_ name: String) throws {
        guard specs[name] == nil else { return }
        let nearest = NearestName.of(name, among: specs.keys.sorted())
        throw MainspringError(
            .notFound, "there is no service \(name)",
            hint: nearest.map { "Did you mean \($0)?" } ?? "`mainspring service ls` lists them.")
    }

    /// One check, `service:NAME`, for each service that is not ready; a service that ended well for good counts as
    /// ready.
    public func readinessChecks() -> [ReadinessReport.Check] {
        let now = time.monotonic()
        return pump.read { machine in
            machine.slots.filter { !$0.isSatisfied }.map { slot in
                ReadinessReport.Check(
                    name: "service:\(slot.spec.name)", isOK: false, detail: machine.detail(of: slot, now: now))
            }
        }
    }

    /// Services that have a process now, in start order.
    public func running() -> [String] {
        pump.read { machine in machine.slots.filter { $0.pid != nil }.map(\.spec.name) }
    }

    // MARK: Performing

    private func feed(_ input: SupervisorInput) {
        pump.feed {
            $0.handle(input, at: time.monotonic())
        } perform: {
            perform($0)
        }
    }

    private func perform(_ action: SupervisorAction) {
        switch action {
        case .spawn(let name):
            guard let spec = specs[name] else { return }
            Task(name: "mainspring.service.\(name)", executorPreference: executor) { await self.run(spec) }
        case .probe(let name, let generation):
            guard let spec = specs[name] else { return }
            prober.start(name, check: spec.readiness.check) { self.feed(.becameReady(name, generation: generation)) }
        case .schedule(let name, let generation, let delay):
            let timer = time.schedule(after: delay) { self.feed(.timerFired(name, generation: generation)) }
            holdings.withLock { $0.timers.updateValue(timer, forKey: name) }?.cancel()
        case .cancel(let name):
            prober.cancel(name)
            holdings.withLock { $0.timers.removeValue(forKey: name) }?.cancel()
        case .terminate(let name, let signal, let grace):
            holdings.withLock { $0.children[name] }?.terminate(signal: signal, grace: grace)
        case .emit(let event):
            sink.emit(.service(event))
            event.log(to: logger)
        case .allStopped(let killed):
            let waiters = holdings.withLock { holdings in
                holdings.killed = killed
                defer { holdings.stopWaiters = [] }
                return holdings.stopWaiters
            }
            for waiter in waiters { waiter(killed) }
        }
    }

    /// One process of the service, from its start until its whole group is gone.
    private func run(_ spec: ServiceSpec) async {
        let child: any ChildProcess
        do {
            let log = logs[spec.name]
            child = try spawner.spawn(spec.command) { stream, bytes in log?.append(bytes, from: stream) }
        } catch {
            return feed(.spawnFailed(spec.name, reason: Self.reason(error)))
        }
        holdings.withLock { $0.children[spec.name] = child }
        feed(.spawned(spec.name, pid: child.pid))
        let status = await child.waitUntilGone()
        logs[spec.name]?.endOfProcess()
        holdings.withLock { $0.children[spec.name] = nil }
        feed(.exited(spec.name, status, wasKilled: child.wasKilled))
    }

    private static func reason(_ error: any Error) -> String {
        guard let error = error as? MainspringError else { return "could not start: \(error)" }
        return "could not start: \(error.cause ?? error.message)"
    }
}
