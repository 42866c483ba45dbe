import Logging
import MainspringCore
import MainspringStore
import MainspringTesting
import Synchronization
import Testing

@testable import MainspringJobs

/// One node's jobs over a memory store, in virtual time and, with the test, in turns on one thread: what a test sees does not
/// depend on the machine's load.
///
/// Its kinds: `work` (three attempts, 10 s backoff, timeout 60 s), `other` in the queue `other`, and `once`, unique by `n`.
final class TestNode: Sendable {
    /// Timers of an idle node: the keeper's, the leases' and the upkeep's.
    static let idleTimers = 3

    let time: ManualTime
    /// The node's own, which stands still with it.
    let clock: FreezableTime
    let events = EventRecorder()
    let store: FaultyStore
    let executor: ScriptedExecutor
    let identity: NodeIdentity
    let process: ProcessStamp?
    let health = StoreHealth(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let system: JobSystem
    private let turns: TurnExecutor
    private let sharesTurns: Bool
    private let drains: Counter
    private let stops: Counter
    private let task = Mutex<Task<Void, Never>?>(nil)

    final class Counter: Sendable {
        private let count = Mutex(0)
        var value: Int { count.withLock { $0 } }
        func add() { count.withLock { $0 += 1 } }
    }

    /// What a test may change of a node.
    struct Settings {
        var workers = 10
        var limit = 10_000
        var schedules: [JobSchedule] = []
        var retention = Retention()
        var name = "n1"
        var incarnation = "life-1"
        /// Of the process that it pretends to be.
        var process: ProcessStamp?
        var isAlive: @Sendable (ProcessStamp) -> Bool? = { _ in nil }
        /// More of them, beside `work`, `other` and `once`; one of the same name takes its place.
        var kinds: [JobKind] = []
        var middleware: [any JobMiddleware] = []
        /// The queues that it works on; nil: all.
        var workingOn: Set<String>?
        var ids: any IDSource = RandomIDSource()
    }

    convenience init(
        _ executor: ScriptedExecutor = ScriptedExecutor(), store: FaultyStore? = nil, time: ManualTime = ManualTime(),
        workers: Int = 10, limit: Int = 10_000, schedules: [JobSchedule] = [], retention: Retention = Retention(),
        kinds: [JobKind] = [], name: String = "n1", incarnation: String = "life-1"
    ) {
        self.init(
            executor, store: store, time: time,
            Settings(
                workers: workers, limit: limit, schedules: schedules, retention: retention, name: name,
                incarnation: incarnation, kinds: kinds))
    }

    init(
        _ executor: ScriptedExecutor, store: FaultyStore? = nil, time: ManualTime = ManualTime(),
        turns: TurnExecutor? = nil, _ settings: Settings
    ) {
        self.executor = executor
        self.turns = turns ?? TurnExecutor()
        sharesTurns = turns != nil
        let store = store ?? FaultyStore(time: time)
        self.store = store
        self.time = time
        clock = FreezableTime(time)
        identity = NodeIdentity(name: settings.name, incarnation: settings.incarnation)
        process = settings.process
        let (drains, stops) = (Counter(), Counter())
        (self.drains, self.stops) = (drains, stops)
        let n = ArgumentSchema(["n": ArgumentRule(.integer, isOptional: true)])
        let retry = RetryPolicy(maxAttempts: 3, base: .seconds(10))
        let registry = JobRegistry(
            kinds: [
                JobKind(name: "work", arguments: n, timeout: .seconds(60), retry: retry, executor: executor),
                JobKind(name: "other", arguments: n, queue: "other", executor: executor),
                JobKind(name: "once", arguments: n, unique: UniquePolicy(by: ["n"]), executor: executor),
            ] + settings.kinds,
            queues: [
                "default": QueueOptions(workers: settings.workers, limit: settings.limit),
                "other": QueueOptions(workers: 1),
            ],
            middleware: settings.middleware, workingOn: settings.workingOn)
        system = JobSystem(
            registry: registry, schedules: settings.schedules, retention: settings.retention,
            node: NodeFacts(identity: identity, process: settings.process, isAlive: settings.isAlive), store: store,
            time: clock, ids: settings.ids, sink: events, health: health,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, onStop: { stops.add() },
            drained: { drains.add() })
    }

    deinit { if !sharesTurns { turns.stop() } }

    var client: JobClient { system.client }
    var drainCount: Int { drains.value }
    /// How often somebody else asked it to stop.
    var stopCount: Int { stops.value }

    /// Runs the node around `body`, stops it, and checks that it left nothing behind.
    func running(
        sourceLocation: SourceLocation = #_sourceLocation, _ body: (TestNode) async throws -> Void
    ) async throws {
        try await turns.run {
            try await start()
            await time.timersPending(Self.idleTimers)
            let result: Result<Void, any Error>
            do { result = .success(try await body(self)) } catch { result = .failure(error) }
            await stop(sourceLocation: sourceLocation)
            #expect(time.pendingTimers == 0, "no timer is left", sourceLocation: sourceLocation)
            try result.get()
        }
    }

    func start() async throws {
        try await system.join()
        let run = Task(executorPreference: turns) { [system] in
            system.begin()
            await system.work()
        }
        task.withLock { $0 = run }
    }

    /// A task among those of the node.
    func spawn<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) -> Task<Value, any Error> {
        turns.task(body)
    }

    /// Ends it, by force if need be; nothing happens the second time.
    func stop(sourceLocation: SourceLocation = #_sourceLocation) async {
        let run = task.withLock { task in
            defer { task = nil }
            return task
        }
        guard let run else { return }
        thaw()
        system.quiesce()
        system.engine.killRunning()
        await run.value
        #expect(drainCount == 1, "drained is told once", sourceLocation: sourceLocation)
        #expect(system.engine.runningAttempts().isEmpty, sourceLocation: sourceLocation)
    }

    /// As SIGSTOP does: its timers and what it asks of the store stand still.
    func freeze() {
        clock.freeze()
        store.freeze()
    }

    /// As SIGCONT does.
    func thaw() {
        store.thaw()
        clock.thaw()
    }

    /// Lets time go by in steps, in each of which the node does what is due: a step as long as a lease would be a node that
    /// stood still. `timers`: what waits meanwhile.
    func pass(_ duration: Duration, timers: Int = idleTimers, step: Duration = .seconds(5)) async {
        var left = duration
        while left > .zero {
            await time.timersPending(timers)
            time.advance(by: min(left, step))
            left -= step
        }
    }

    /// What another node does that took this one for dead: its jobs are taken back. Returns them.
    func rob() async throws -> [JobID] {
        let thief = NodeIdentity(name: "thief", incarnation: "1")
        let now = time.now()
        let beat = NodeBeat(
            node: NodeRecord(identity: thief, startedAt: now, seenAt: now), lease: .seconds(30),
            gone: Set(try await store.inner.nodes().map(\.identity)))
        let term = try #require(try await store.inner.beat(beat).term)
        let jobs = try await store.inner.reclaim(under: term, now: now, limit: 100)
        try await store.inner.leave(thief)
        return jobs.map(\.id)
    }

    @discardableResult
    func add(_ request: JobRequest) async throws -> JobID {
        let result = try #require(try await client.enqueue([request]).first)
        guard case .inserted(let job) = result else {
            throw MainspringError(.conflict, "the job was not inserted: \(result)")
        }
        return job.id
    }

    @discardableResult
    func add(_ kind: String = "work", priority: JobPriority? = nil, in delay: Duration? = nil) async throws -> JobID {
        try await add(JobRequest(kind: kind, priority: priority, runAt: delay.map { time.now() + $0 }))
    }

    func job(_ id: JobID) async throws -> JobRecord { try #require(try await store.inner.job(id)) }

    /// Suspends until the job's attempt of that number is settled.
    @discardableResult
    func settled(_ id: JobID, attempt: Int = 1) async -> Settlement? {
        let event = await events.first { event in
            guard case .job(.settled(let settlement, _)) = event else { return false }
            return settlement.id == id && settlement.attempt.number == attempt
        }
        guard case .job(.settled(let settlement, _)) = event else { return nil }
        return settlement
    }

    /// How many settlements were told of.
    var settledCount: Int {
        events.events.count { if case .job(.settled) = $0 { true } else { false } }
    }
}
