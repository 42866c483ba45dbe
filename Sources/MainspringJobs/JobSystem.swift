public import Logging
public import MainspringCore
public import MainspringStore

/// START HERE: all that makes jobs work on one node, wired together.
///
/// `JobClient` → `Dispatcher` → `JobStore` → `JobEngine` → `JobExecutor` → `JobStore`, then the event sink; `NodeKeeper` keeps
/// the node alive among the others, and the one that leads promotes, fires and cleans up for all.
public final class JobSystem: Sendable {
    public let client: JobClient
    public let engine: JobEngine
    private let store: any JobStore
    private let dispatcher: Dispatcher
    private let promoter: Promoter
    private let upkeep: Upkeep
    private let scheduler: Scheduler
    private let keeper: NodeKeeper
    private let leadership: Leadership
    private let begun = WakeSignal()

    /// `onStop` is called when somebody asked this node to stop through the store, or took its name; `drained` when nothing runs
    /// any more after ``quiesce()``, exactly once. Neither may block.
    public init(
        registry: JobRegistry, schedules: [JobSchedule], retention: Retention, node: NodeFacts, store: any JobStore,
        time: any TimeSource, ids: any IDSource, sink: any EventSink, health: StoreHealth, logger: Logger,
        onStop: @escaping @Sendable () -> Void = {}, drained: @escaping @Sendable () -> Void
    ) {
        let wake = EngineWaker()
        let waiters = JobWaiters()
        let leadership = Leadership()
        let membership = Membership()
        membership.onReturn { wake.wakeAll() }
        let promoter = Promoter(store: store, time: time, health: health, leadership: leadership) { wake.wake($0) }
        let events = JobEventSink(outside: sink, promoter: promoter, waiters: waiters)
        // What waited may wait for its time yet.
        let onRelease: @Sendable (String) -> Void = { queue in
            promoter.look()
            wake.wake(queue)
        }
        let engine = JobEngine(
            registry: registry, identity: node.identity, store: store, time: time, ids: ids, sink: events,
            health: health,
            membership: membership, onRelease: onRelease, drained: drained)
        wake.set(engine)
        dispatcher = Dispatcher(registry: registry, store: store, time: time, ids: ids, sink: events) { records in
            for record in records {
                if record.state == .available { wake.wake(record.queue) } else { promoter.consider(record.scheduledAt) }
            }
        }
        let upkeep = Upkeep(
            store: store, retention: retention, time: time, sink: events, health: health, leadership: leadership,
            isReady: {
                guard membership.isSteady(at: time.monotonic()) else { return false }
                return await engine.renewIfLate()
            },
            onReclaimed: onRelease)
        client = JobClient(
            dispatcher: dispatcher, registry: registry, engine: engine, store: store, time: time, sink: events,
            waiters: waiters, onRelease: onRelease)
        scheduler = Scheduler(
            schedules: schedules, time: time, sink: events, logger: logger, ids: ids, leadership: leadership
        ) { [client] in try await client.enqueue($0) }
        let keeper = NodeKeeper(
            facts: node, registry: registry, store: store, time: time, sink: events, health: health,
            leadership: leadership, membership: membership, isDraining: { engine.isDraining || engine.isQuiet },
            onNodes: { upkeep.look() },
            onWish: { wish in
                switch wish {
                case .drain: engine.drain(true)
                case .resume: engine.drain(false)
                case .stop: onStop()
                }
            })
        self.upkeep = upkeep
        self.promoter = promoter
        self.engine = engine
        self.keeper = keeper
        self.leadership = leadership
        self.store = store
        store.onNews { news in
            if news.contains(.work) {
                wake.wakeAll()
                promoter.look()
            }
            if news.contains(.ended) { waiters.tellAll() }
            if news.contains(.control) {
                keeper.beatSoon()
                wake.checkLeases()
            }
        }
    }

    /// Makes the node known to its store, and takes back what its earlier life held; before ``run(beginsAtOnce:)``.
    ///
    /// Throws `locked` when another live node of the store has its name, or a store's error.
    public func join() async throws {
        try await keeper.join()
        await upkeep.work()
    }

    /// Where the node's API listens, for the other nodes and for people.
    public func listens(at url: String) { keeper.set(url: url) }

    /// Works until it is quiet and drained; then nothing of it runs any more, and none of its timers is pending. Call it once.
    ///
    /// Cancelling the caller is a short stop: ``quiesce()``, and everything that runs is asked to end and goes back.
    ///
    /// Unless `beginsAtOnce`, jobs are taken in and none is run before ``begin()``.
    @concurrent public func run(beginsAtOnce: Bool = true) async {
        if beginsAtOnce { begin() }
        // A task of its own, awaited here: a cancellation that reached the writers would cut settlements short.
        let work = Task(name: "mainspring.jobs") { await self.work() }
        await withTaskCancellationHandler {
            await work.value
        } onCancel: {
            quiesce()
            engine.stopRunning()
        }
    }

    private func work() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask(name: "mainspring.promoter") { await self.promoter.run() }
            group.addTask(name: "mainspring.upkeep") { await self.upkeep.run() }
            group.addTask(name: "mainspring.scheduler") { await self.scheduler.run() }
            group.addTask(name: "mainspring.keeper") { await self.keeper.run() }
            await withTaskGroup(of: Void.self) { writers in
                writers.addTask(name: "mainspring.inserts") { await self.dispatcher.run() }
                await self.begun.wait()
                await self.engine.run()
                self.dispatcher.close()
            }
            group.cancelAll()
        }
        store.onNews(nil)
        await keeper.leave()
    }

    /// From now on jobs are run; nothing happens the second time.
    public func begin() { begun.notify() }

    /// No more claims and no new jobs.
    public func quiesce() {
        engine.quiesce()
        begin()
    }

    /// It promotes, fires and reclaims for all nodes of its store.
    public var isLeading: Bool { leadership.term != nil }

    /// While on, this node takes no jobs, and what runs goes on; new jobs are taken in. The other nodes learn of it.
    public func drain(_ isOn: Bool) {
        engine.drain(isOn)
        keeper.beatSoon()
    }
}
