public import Logging
public import MainspringCore
public import MainspringStore

/// START HERE: all that makes jobs work on one node, wired together.
///
/// `JobClient` → `Dispatcher` → `JobStore` → `JobEngine` → `JobExecutor` → `Settler` → `JobStore`, then the event sink.
public final class JobSystem: Sendable {
    public let client: JobClient
    public let engine: JobEngine
    private let dispatcher: Dispatcher
    private let promoter: Promoter
    private let upkeep: Upkeep
    private let scheduler: Scheduler
    private let begun = WakeSignal()

    /// `drained` is called when nothing runs any more after ``quiesce()``, exactly once; it must not block.
    public init(
        registry: JobRegistry, schedules: [JobSchedule], retention: Retention, identity: NodeIdentity,
        store: any JobStore, time: any TimeSource, ids: any IDSource, sink: any EventSink, health: StoreHealth,
        logger: Logger, drained: @escaping @Sendable () -> Void
    ) {
        let wake = EngineWaker()
        let waiters = JobWaiters()
        promoter = Promoter(store: store, time: time, health: health) { wake.wake($0) }
        let events = FanOutSink([sink, promoter, waiters])
        engine = JobEngine(
            registry: registry, identity: identity, store: store, time: time, ids: ids, sink: events, health: health,
            drained: drained)
        wake.set(engine)
        dispatcher = Dispatcher(registry: registry, store: store, time: time, ids: ids, sink: events) {
            [promoter] records in
            for record in records {
                if record.state == .available { wake.wake(record.queue) } else { promoter.consider(record.scheduledAt) }
            }
        }
        upkeep = Upkeep(
            store: store, identity: identity, retention: retention, time: time, sink: events, health: health
        ) { wake.wake($0) }
        client = JobClient(
            dispatcher: dispatcher, engine: engine, store: store, time: time, sink: events, waiters: waiters)
        scheduler = Scheduler(schedules: schedules, time: time, sink: events, logger: logger) { [client] in
            try await client.enqueue($0)
        }
    }

    /// Takes back what this node's earlier life held; before ``run()``.
    public func reclaim() async throws { try await upkeep.reclaim() }

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
            await withTaskGroup(of: Void.self) { writers in
                writers.addTask(name: "mainspring.inserts") { await self.dispatcher.run() }
                await self.begun.wait()
                await self.engine.run()
                self.dispatcher.close()
            }
            group.cancelAll()
        }
    }

    /// From now on jobs are run; nothing happens the second time.
    public func begin() { begun.notify() }

    /// No more claims and no new jobs.
    public func quiesce() {
        engine.quiesce()
        begin()
    }
}
