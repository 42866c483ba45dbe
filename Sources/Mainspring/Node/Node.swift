import AsyncHTTPClient
import Glibc
import Logging
import MainspringCore
import MainspringExecutors
import MainspringJobs
import MainspringRuntime
import MainspringStore
import MainspringTelemetry
import MainspringWeb
import NIOCore
import NIOHTTP1

/// START HERE: one node from its configuration to its exit code.
///
/// It stands on a locked folder (`NodeGround`), is made of parts (`NodeParts`), runs until the shutdown ladder has brought it
/// down, and takes its part in that as the ladder's participant.
final class Node: Sendable {
    private let configuration: Configuration
    private let ground: NodeGround
    private let time: any TimeSource
    private let logger: Logger
    private let store: NodeStore
    private let client: HTTPClient
    private let status: NodeStatus
    private let overview: NodeOverview
    private let notifier: SystemdNotifier
    private let jobs: JobSystem
    private let supervisor: Supervisor
    private let reloader: Reloader
    private let web: WebServer
    private let stopTally: StopTally
    private let stopReporter: ServiceStopReporter
    private let groundwork: Groundwork
    private let embedding: NodeEmbedding
    private let declarations: Declarations
    private let announcer: any Announcer
    private let tasks = NodeTasks()
    private let ending: NodeEnding

    /// Opens the store, takes back what an earlier life held, and listens; nothing is claimed or started yet.
    ///
    /// Throws `MainspringError`; then nothing of the node is left.
    init(
        _ configuration: Configuration, queues: Set<String>? = nil, declarations: Declarations = Declarations(),
        embedding: NodeEmbedding = .process, log: NodeLog, time: any TimeSource
    ) async throws {
        try declarations.check(against: configuration)
        self.configuration = configuration
        self.embedding = embedding
        self.declarations = declarations
        ending = NodeEnding(mayExit: embedding == .process)
        logger = log.logger
        self.time = time
        let startedAt = time.now()
        ground = try NodeGround(configuration, time: time)
        notifier = SystemdNotifier(
            // A guest's process is not its own to speak of.
            environment: { embedding == .process ? getenv($0).map { String(cString: $0) } : nil }, pid: getpid(),
            time: time)
        client = HTTPCallExecutor.makeClient()
        stopTally = StopTally(time: time)
        announcer =
            embedding == .process && isatty(STDERR_FILENO) == 1 ? TerminalAnnouncer() : LogAnnouncer(logger: logger)
        stopReporter = ServiceStopReporter(announcer: announcer)
        let drill = configuration.store.isRemote ? DrillKind() : nil
        let parts = NodeParts(
            configuration: configuration, spawner: ground.spawner, client: client, declared: declarations.jobs,
            workedQueues: queues, drill: drill)
        let resources = Resources(declarations.resources)
        let environment = JobEnvironment(logger: logger, resources: resources, node: configuration.node)
        let registry = parts.registry(in: environment) { [stopTally] in stopTally.killed($0) }
        let metrics = MetricsRecorder(
            kinds: Set(registry.kinds.keys), queues: Set(registry.queues.keys),
            services: Set(configuration.services.map(\.name) + declarations.services),
            loops: Set(configuration.loops.map(\.name) + declarations.loops.map(\.name)))
        let sink = FanOutSink([metrics, EventLogger(logger: logger), stopTally, stopReporter])
        let health = StoreHealth(logger: logger)
        do {
            store = try await NodeStore.open(
                configuration.store, in: declarations.jobPool, spool: ground.folder.file(StateFolder.spoolName),
                time: time, metrics: metrics, sink: sink, logger: logger)
        } catch {
            try? await client.shutdown()
            throw error
        }
        let context = SupervisorContext(
            time: time, sink: sink, logger: logger,
            logs: ServiceLogs(
                folder: ground.folder.file("logs"),
                services: configuration.services.count + configuration.loops.count, time: time),
            resources: resources)
        jobs = JobSystem(
            registry: registry, schedules: parts.schedules,
            retention: parts.retention,
            node: NodeFacts(
                identity: NodeIdentity(name: configuration.node, incarnation: RandomIDSource().nonce()),
                process: .current(), host: Self.hostName, version: MainspringVersion.current,
                isAlive: { $0.isAlive() }), store: store.jobs, time: time, ids: RandomIDSource(),
            sink: FanOutSink([sink, JobZombies(register: context.zombies, time: time)]), health: health, logger: logger,
            onStop: { [ending] in ending.stop(.asked) },
            drained: { [ending] in ending.drained() })
        environment.attach(jobs)
        do {
            groundwork = Groundwork(
                resources: resources, startHooks: declarations.startHooks, shutdownHooks: declarations.shutdownHooks,
                zombies: context.zombies, announcer: announcer, time: time, logger: logger)
            let children = { @Sendable [ground] configuration in
                ConfiguredChildren(configuration: configuration, context: context, spawner: ground.spawner)
            }
            supervisor = try Supervisor(
                children: children(configuration).root() + declarations.children.map { $0.make(context) },
                policy: configuration.supervision.policy, context: context,
                onExhausted: { [ending] in ending.exhausted($0, reason: $1) })
            reloader = Reloader(
                configuration, supervisor: supervisor, level: log.level, logger: logger, children: children)
            status = NodeStatus(
                node: configuration.node, startedAt: startedAt,
                heart: PoolHeart(time: time, changed: HeartNews(logger: logger, notifier: notifier).tell),
                health: health, failover: store.status,
                zombies: context.zombies, engine: jobs.engine, isLeading: { [jobs] in jobs.isLeading },
                services: { [supervisor] in supervisor.readinessChecks() })
            overview = NodeOverview(
                configuration: configuration, status: status, jobs: jobs, supervisor: supervisor, ending: ending,
                register: context.zombies, resources: resources, time: time)
            try await jobs.join()
            web = try await WebServer.bind(
                WebConfiguration(
                    host: configuration.http.bind.host, ports: configuration.http.bind.ports,
                    hosts: configuration.http.hosts,
                    bodyLimit: configuration.http.bodyLimit.bytes, application: configuration.name,
                    version: MainspringVersion.current),
                WebDependencies(
                    jobs: jobs.client, services: supervisor, inspector: status,
                    control: overview,
                    metrics: metrics, time: time, storeName: store.jobs.name, failover: store.status,
                    drill: store.drill(drill, client: jobs.client, time: time)),
                logger: logger)
        } catch {
            try? await client.shutdown()
            try? await store.jobs.close()
            throw error
        }
        ground.spawner.setURL(web.url)
        jobs.listens(at: web.url)
    }

    private static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count - 1)
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    var handle: ApplicationHandle {
        ApplicationHandle(
            jobs: jobs.client, services: supervisor, phase: { [status] in status.phase() },
            stop: { [ending] in ending.stop(.asked) })
    }

    func stop(_ cause: ShutdownCause) { ending.stop(cause) }

    /// The result of ``run()`` has come to where it was waited for: the process's end is the caller's from here on.
    func hasArrived() { ending.hasArrived() }

    /// Runs until the node has stopped. Cancelling it is a short stop.
    @concurrent func run() async -> ShutdownResult {
        let ladder = ShutdownLadder(
            participant: self,
            policy: configuration.shutdown.policy,
            time: time, announcer: announcer, logger: logger, exit: { [ending] in ending.finish($0) })
        ending.set(ladder)
        let signals = embedding == .process ? SignalListener { [self] in hear($0, ladder) } : nil
        tasks.start(jobs: jobs, web: web, failover: store.failover)
        return await withTaskCancellationHandler {
            do {
                try await start()
            } catch {
                // Means nothing when the node stops already.
                ladder.stop(.failure("\(error)"))
            }
            let result = await ending.result()
            signals?.cancel()
            return result
        } onCancel: {
            ladder.stop(.cancelled)
        }
    }

    private func hear(_ signal: Int32, _ ladder: ShutdownLadder) {
        switch signal {
        case SIGHUP: reload()
        default: ladder.handle(signal: signal)
        }
    }

    private func start() async throws {
        try await becomeReachable()
        try await groundwork.prepare()
        jobs.begin()
        supervisor.start()
        guard status.enter(.running) else { return }
        notifier.ready(overview.sentence())
        notifier.keepAlive { [status] in status.liveness().state != .wedged }
        try await tellThatItRuns()
    }

    private func reload() {
        // Before and after, systemd waits for something else.
        if status.phase() == .running { notifier.reloading() }
        Task(name: "mainspring.reload") {
            guard await reloader.reload(), status.phase() == .running else { return }
            notifier.ready(overview.sentence())
        }
    }

    private func becomeReachable() async throws {
        // Not a probe: those are answered whether or not the rest works.
        let response = try await client.execute(HTTPClientRequest(url: web.url + "/v1/node"), timeout: .seconds(30))
        guard response.status == .ok else {
            throw MainspringError(.unreachable, "the listener at \(web.url) answered /v1/node with \(response.status)")
        }
        try ground.runFile.write(node: configuration.node, url: web.url, startedAt: status.startedAt)
    }

    private func tellThatItRuns() async throws {
        // A store that is away says nothing now.
        let isAway = store.failover?.status.state == .spooling
        let waiting = isAway ? 0 : try await store.jobs.queues().reduce(0) { $0 + $1.waiting }
        let summary = StartupSummary(
            configuration: configuration, declarations: declarations, kinds: jobs.engine.registry.kinds.keys.sorted(),
            version: MainspringVersion.current, pid: getpid(),
            url: web.url,
            waitingJobs: waiting, isStoreAway: isAway,
            took: time.now() - status.startedAt, sweptProcesses: ground.sweptProcesses)
        if embedding == .process, configuration.log.format == .text {
            StandardError.write(summary.lines.joined(separator: "\n") + "\n")
        } else {
            logger.notice(
                "Node running", metadata: ["url": "\(web.url)", "node": "\(configuration.node)", "pid": "\(getpid())"])
        }
    }
}

extension Node: ShutdownParticipant {
    func quiesce() {
        status.enter(.draining)
        notifier.stopping(overview.sentence(), within: configuration.shutdown.policy.deadline)
        stopTally.begin()
        stopReporter.begin()
        supervisor.quiet()
        jobs.quiesce()
        groundwork.cancel()
    }

    func busyJobs() -> [String] { jobs.engine.runningAttempts().map(\.displayName) }

    func cancelJobs() { jobs.engine.stopRunning() }

    func killJobs() -> [Laggard] {
        let running = jobs.engine.runningAttempts().map { $0.laggard(at: time.now()) }
        jobs.engine.killRunning()
        return running
    }

    func runningServices() -> [String] { supervisor.running() }

    func stopServices(budget: Duration, completion: @escaping @Sendable ([Laggard]) -> Void) {
        supervisor.stop(budget: budget, completion: completion)
    }

    func killServices() { supervisor.forceKill() }

    func release(budget: Duration, completion: @escaping @Sendable ([Laggard]) -> Void) {
        if !groundwork.isEmpty { announcer.announce(.releasing(upTo: budget)) }
        groundwork.release(budget: budget, completion: completion)
    }

    func close() async {
        web.shutdown()
        await tasks.finished()
        try? await client.shutdown()
        do {
            try await store.jobs.close()
        } catch {
            logger.error("The store did not close", metadata: ["error": "\(error)"])
        }
        ground.release()
        status.enter(.stopped)
    }

    func tally() -> ShutdownTally {
        var tally = stopTally.tally
        tally.failures = groundwork.failures
        return tally
    }
}
