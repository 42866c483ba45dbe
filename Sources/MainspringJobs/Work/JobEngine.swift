import Logging
public import MainspringCore
public import MainspringStore
import Synchronization

/// Claims jobs for this node's free slots, has them run, and has their ends written: the shell around ``PumpMachine``.
///
/// A fixed set of worker tasks runs the jobs; claims and settlements travel in batches. A slot is free again once the
/// attempt's end is written.
public final class JobEngine: Sendable {
    private struct State {
        var pump: PumpMachine
        /// By token, not by job: a job whose lease was lost may come back here while its old attempt still ends.
        var running: [AttemptToken: JobAttempt] = [:]
        /// Asked to cancel while the claim that took them was under way.
        var pendingCancels: Set<JobID> = []
        var isDrained = false
    }

    public let registry: JobRegistry
    public let identity: NodeIdentity
    private let store: any JobStore
    private let time: any TimeSource
    private let ids: any IDSource
    private let sink: any EventSink
    private let health: StoreHealth
    private let settler: Settler
    private let drained: @Sendable () -> Void
    private let state: Mutex<State>
    private let pumpSignal = WakeSignal()
    private let channels: [String: LeaseChannel]

    /// A lease that was not renewed for this long may be taken by another node; it is renewed three times in it.
    static let leaseLength: Duration = .seconds(60)

    /// `drained` is called when nothing runs any more after ``quiesce()``, exactly once.
    public init(
        registry: JobRegistry, identity: NodeIdentity, store: any JobStore, time: any TimeSource, ids: any IDSource,
        sink: any EventSink, health: StoreHealth, drained: @escaping @Sendable () -> Void
    ) {
        self.registry = registry
        self.identity = identity
        self.store = store
        self.time = time
        self.ids = ids
        self.sink = sink
        self.health = health
        self.drained = drained
        settler = Settler(store: store, time: time, sink: sink, health: health)
        state = Mutex(State(pump: PumpMachine(workers: registry.worked.mapValues(\.workers))))
        channels = registry.worked.mapValues { _ in LeaseChannel() }
    }

    // MARK: Tasks

    /// Works until it is quiet and drained; all of its tasks are children of this call.
    @concurrent func run() async {
        await withTaskGroup(of: Void.self) { renewal in
            renewal.addTask(name: "mainspring.leases") { await self.renewLeases() }
            await withTaskGroup(of: Void.self) { group in
                group.addTask(name: "mainspring.settler") { await self.settler.run() }
                group.addTask(name: "mainspring.pump") { await self.pump() }
                for (queue, options) in self.registry.worked {
                    for number in 1...max(1, options.workers) {
                        group.addTask(name: "mainspring.worker.\(queue).\(number)") { await self.work(on: queue) }
                    }
                }
            }
            renewal.cancelAll()
        }
    }

    private func pump() async {
        var retry: (any ScheduledAction)?
        while !state.withLock({ $0.pump.isAtRest }) {
            if let demand = state.withLock({ $0.pump.nextClaim() }) {
                if await !claim(demand) { retry = claimAgainLater() }
            } else {
                await pumpSignal.wait()
            }
        }
        retry?.cancel()
        for channel in channels.values { channel.close() }
        tellIfDrained()
    }

    private func claimAgainLater() -> any ScheduledAction {
        time.schedule(after: health.retryDelay(of: .claim)) { [self] in
            state.withLock { $0.pump.backedOff() }
            pumpSignal.notify()
        }
    }

    /// False when the store failed.
    private func claim(_ demand: [String: Int]) async -> Bool {
        let now = time.now()
        let request = ClaimRequest(
            owner: identity, demand: demand, kinds: Set(registry.kinds.keys), nonce: ids.nonce(), now: now,
            leaseUntil: now + Self.leaseLength)
        do {
            let leases = try await store.claim(request)
            health.succeeded(doing: .claim)
            take(leases.map { JobAttempt(lease: $0, startedAt: now) }, of: demand)
            return true
        } catch {
            health.failed(error, doing: .claim)
            state.withLock { state in
                state.pump.claimFailed()
                state.pendingCancels = []
            }
            return false
        }
    }

    private func take(_ attempts: [JobAttempt], of demand: [String: Int]) {
        let counts = Dictionary(grouping: attempts, by: \.lease.job.queue).mapValues(\.count)
        let (cancels, isQuiet): (Set<JobID>, Bool) = state.withLock { state in
            defer { state.pendingCancels = [] }
            for attempt in attempts { state.running[attempt.lease.token] = attempt }
            state.pump.claimed(counts, of: demand)
            return (state.pendingCancels, state.pump.isQuiet)
        }
        for attempt in attempts {
            let job = attempt.lease.job
            if isQuiet { attempt.stop(.shutdown) }
            if cancels.contains(job.id) { attempt.stop(.cancelRequested) }
            sink.emit(
                .job(
                    .started(
                        id: job.id, kind: job.kind, queue: job.queue, attempt: attempt.lease.attemptNumber,
                        waited: max(.zero, attempt.startedAt - job.scheduledAt))))
            channels[job.queue]?.send(attempt)
        }
    }

    private func work(on queue: String) async {
        guard let channel = channels[queue] else { return }
        while let attempt = await channel.next() {
            guard let kind = registry.kinds[attempt.lease.job.kind] else {
                settle(attempt, AttemptResult(.interrupted), policy: RetryPolicy())
                continue
            }
            let result = await AttemptRunner(kind: kind, time: time).run(attempt)
            settle(attempt, result, policy: kind.retry)
        }
    }

    private func settle(_ attempt: JobAttempt, _ result: AttemptResult, policy: RetryPolicy) {
        guard attempt.stopReason != .leaseLost else {
            sink.emit(.job(.staleWrite(id: attempt.lease.job.id)))
            return finished(attempt)
        }
        var random = SystemRandomNumberGenerator()
        let settlement = Settlement(
            lease: attempt.lease, outcome: result.outcome, policy: policy, output: result.output, node: identity.name,
            startedAt: attempt.startedAt, now: time.now(), cancelRequested: attempt.stopReason == .cancelRequested,
            using: &random)
        settler.submit(settlement) {
            // What goes back at once is work again, and nothing else tells the pump.
            if settlement.nextState == .available { self.wake(queue: settlement.queue) }
            self.finished(attempt)
        }
    }

    private func finished(_ attempt: JobAttempt) {
        state.withLock { state in
            state.running[attempt.lease.token] = nil
            state.pump.finished(attempt.lease.job.queue)
        }
        pumpSignal.notify()
        tellIfDrained()
    }

    private func tellIfDrained() {
        let isDrainedNow = state.withLock { state in
            guard state.pump.isAtRest, state.running.isEmpty, !state.isDrained else { return false }
            state.isDrained = true
            return true
        }
        guard isDrainedNow else { return }
        settler.close()
        drained()
    }

    private func renewLeases() async {
        while (try? await time.sleep(for: Self.leaseLength / 3)) != nil {
            let attempts = state.withLock { Array($0.running.values) }
            guard !attempts.isEmpty else { continue }
            do {
                let renewal = try await store.renew(attempts.map(\.lease.token), until: time.now() + Self.leaseLength)
                health.succeeded(doing: .renew)
                for attempt in attempts {
                    if renewal.lost.contains(attempt.lease.token) { attempt.stop(.leaseLost) }
                    if renewal.cancelRequested.contains(attempt.lease.token) { attempt.stop(.cancelRequested) }
                }
            } catch {
                health.failed(error, doing: .renew)
            }
        }
    }

    // MARK: Commands

    /// A queue may hold work.
    public func wake(queue: String) {
        state.withLock { $0.pump.wake(queue) }
        pumpSignal.notify()
    }

    /// Stops a running job that was asked to cancel.
    func cancel(_ job: JobRecord) {
        let attempts = state.withLock { state in
            if state.pump.isClaiming { state.pendingCancels.insert(job.id) }
            return state.running.values.filter { $0.lease.job.id == job.id }
        }
        for attempt in attempts { attempt.stop(.cancelRequested) }
    }

    /// No more claims; what runs goes on.
    public func quiesce() {
        state.withLock { $0.pump.quiesce() }
        pumpSignal.notify()
        tellIfDrained()
    }

    /// Asks everything that runs to end; it goes back to the queue without using an attempt.
    public func stopRunning() {
        for attempt in state.withLock({ Array($0.running.values) }) { attempt.stop(.shutdown) }
    }

    /// Ends everything that runs by force.
    public func killRunning() {
        for attempt in state.withLock({ Array($0.running.values) }) { attempt.kill() }
    }

    // MARK: Views

    public var isQuiet: Bool { state.withLock { $0.pump.isQuiet } }

    func attempt(of id: JobID) -> JobAttempt? {
        state.withLock { state in
            state.running.values.filter { $0.lease.job.id == id }.max { $0.startedAt < $1.startedAt }
        }
    }

    /// The attempts that run here now.
    public func runningAttempts() -> [JobAttempt] {
        state.withLock { Array($0.running.values) }.sorted { $0.startedAt < $1.startedAt }
    }

    /// Slots of the queue that are taken on this node.
    public func busy(queue: String) -> Int {
        state.withLock { state in state.running.values.count { $0.lease.job.queue == queue } }
    }
}
