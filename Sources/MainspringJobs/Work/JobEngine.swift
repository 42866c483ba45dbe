import Logging
public import MainspringCore
import MainspringStore
import Synchronization

/// Claims jobs for this node's free slots, has them run, and has their ends written: the shell around ``PumpMachine``.
///
/// A fixed set of worker tasks runs the jobs. Each exchange with the store writes the ends of attempts and fills their slots
/// again in one step. A slot is free once the attempt's end is written and its executor has returned.
public final class JobEngine: Sendable {
    struct State {
        var pump: PumpMachine
        /// Not by job: a job whose lease was lost may come back here while its old attempt still ends.
        var running: [ObjectIdentifier: JobAttempt] = [:]
        var ends = AttemptEnds()
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
    private let membership: Membership
    private let leases: LeaseRenewal
    private let reporter: Reporter
    private let reporting: JobAttempt.Reporting
    private let onRelease: @Sendable (_ queue: String) -> Void
    private let drained: @Sendable () -> Void
    let state: Mutex<State>
    /// One for each exchange that may be under way.
    private let pumpSignals: [WakeSignal]
    private let channels: [String: LeaseChannel]

    /// `onRelease` is called when a job let go of a unique key that a newer one of its queue may have waited for; `drained` when
    /// nothing runs any more after ``quiesce()``, exactly once.
    init(
        registry: JobRegistry, identity: NodeIdentity, store: any JobStore, time: any TimeSource, ids: any IDSource,
        sink: any EventSink, health: StoreHealth, membership: Membership,
        onRelease: @escaping @Sendable (String) -> Void,
        drained: @escaping @Sendable () -> Void
    ) {
        self.registry = registry
        self.identity = identity
        self.store = store
        self.time = time
        self.ids = ids
        self.sink = sink
        self.health = health
        self.membership = membership
        self.onRelease = onRelease
        self.drained = drained
        let reporter = Reporter(store: store, time: time, health: health)
        self.reporter = reporter
        reporting = JobAttempt.Reporting(time: time) { reporter.submit($1, of: $0) }
        leases = LeaseRenewal(store: store, time: time, health: health)
        pumpSignals = (0..<max(1, store.exchangesAtOnce)).map { _ in WakeSignal() }
        state = Mutex(
            State(
                pump: PumpMachine(
                    workers: registry.worked.mapValues(\.workers), exchangesAtOnce: store.exchangesAtOnce)))
        channels = registry.worked.mapValues { _ in LeaseChannel() }
    }

    // MARK: Tasks

    /// Works until it is quiet and drained; all of its tasks are children of this call.
    @concurrent func run() async {
        let timeouts = TimeoutWatch(time: time)
        let runners = registry.kinds.mapValues { kind in
            AttemptRunner(kind: kind, middleware: registry.middleware, time: time, timeouts: timeouts) {
                [weak self] attempt, runner in
                self?.abandon(attempt, runner)
            }
        }
        await withTaskGroup(of: Void.self) { side in
            side.addTask(name: "mainspring.leases") { await self.leases.run { self.running() } }
            side.addTask(name: "mainspring.reports") {
                await self.reporter.run { [weak self] attempt, result in self?.told(attempt, result) }
            }
            await withTaskGroup(of: Void.self) { group in
                for signal in self.pumpSignals {
                    group.addTask(name: "mainspring.pump") { await self.pump(signal) }
                }
                for (queue, options) in self.registry.worked {
                    for number in 1...max(1, options.workers) {
                        group.addTask(name: "mainspring.worker.\(queue).\(number)") {
                            await self.work(on: queue, runners, timeouts)
                        }
                    }
                }
            }
            side.cancelAll()
        }
    }

    private func pump(_ signal: WakeSignal) async {
        var retry: (any ScheduledAction)?
        while !state.withLock({ $0.isDrained }) {
            if let (exchange, ends) = nextExchange() {
                if await !ask(exchange, ends) { retry = askAgainLater() }
                // Short jobs that begin now end before the next exchange, and go with it.
                await Task.yield()
            } else {
                await signal.wait()
            }
        }
        retry?.cancel()
        for channel in channels.values { channel.close() }
    }

    private func wakePump() {
        for signal in pumpSignals { signal.notify() }
    }

    private func nextExchange() -> (PumpMachine.Exchange, AttemptEnds)? {
        let mayClaim = membership.holds(at: time.monotonic())
        return state.withLock { state in
            guard let exchange = state.pump.next(mayClaim: mayClaim) else { return nil }
            defer { state.ends = AttemptEnds() }
            return (exchange, state.ends)
        }
    }

    private func askAgainLater() -> any ScheduledAction {
        time.schedule(after: health.retryDelay(of: .exchange)) { [self] in
            state.withLock { $0.pump.backedOff() }
            wakePump()
        }
    }

    /// False when the store failed.
    private func ask(_ exchange: PumpMachine.Exchange, _ ends: AttemptEnds) async -> Bool {
        let now = time.now()
        let request: ClaimRequest? =
            exchange.demand.isEmpty
            ? nil
            : ClaimRequest(
                owner: identity, demand: exchange.demand, kinds: registry.versions, nonce: ids.nonce(), now: now,
                lease: LeaseRenewal.length)
        do {
            let answer = try await store.exchange(ends.settlements, claiming: request)
            health.succeeded(doing: .exchange)
            let instant = time.monotonic()
            let attempts = answer.leases.map {
                JobAttempt(lease: $0, startedAt: now, instant: instant, reporting: reporting)
            }
            written(ends, answer.settled)
            take(attempts, exchange)
            tellIfDrained()
            return true
        } catch {
            health.failed(error, doing: .exchange)
            state.withLock { state in
                state.pump.failed(exchange)
                state.ends.prepend(ends)
                if !state.pump.isAsking { state.pendingCancels = [] }
            }
            return false
        }
    }

    /// Tells of the ends that were written; their attempts leave with it, before anything new is taken.
    private func written(_ ends: AttemptEnds, _ results: [SettleResult]) {
        guard !ends.attempts.isEmpty else { return }
        state.withLock { state in
            for (attempt, isZombie) in ends.attempts where !isZombie { state.running[ObjectIdentifier(attempt)] = nil }
        }
        for (index, result) in results.enumerated() {
            let attempt = ends.attempts[index].attempt
            guard case .settled(let written) = result else {
                sink.emit(.job(.staleWrite(id: attempt.lease.job.id)))
                continue
            }
            var settlement = ends.settlements[index]
            settlement.nextState = written
            let ran = (settlement.attempt.finishedAt ?? attempt.startedAt) - attempt.startedAt
            sink.emit(.job(.settled(settlement, ran: max(.zero, ran))))
            // What goes back at once is work again, and nothing else tells the pump.
            let job = attempt.lease.job
            if written == .available { state.withLock { $0.pump.wake(job.queue) } }
            // Whatever the rule of its own key: another job's rule may be to wait for it.
            if job.unique != nil { onRelease(job.queue) }
        }
    }

    private func take(_ attempts: [JobAttempt], _ exchange: PumpMachine.Exchange) {
        let only = exchange.demand.count == 1 ? exchange.demand.keys.first : nil
        let byQueue = only.map { [$0: attempts] } ?? Dictionary(grouping: attempts) { $0.lease.job.queue }
        let (cancels, isQuiet): (Set<JobID>, Bool) = state.withLock { state in
            defer { if !state.pump.isAsking { state.pendingCancels = [] } }
            for attempt in attempts { state.running[ObjectIdentifier(attempt)] = attempt }
            state.pump.answered(exchange, claimed: byQueue.mapValues(\.count))
            return (state.pendingCancels, state.pump.isQuiet)
        }
        if isQuiet { for attempt in attempts { attempt.stop(.shutdown) } }
        if !cancels.isEmpty {
            for attempt in attempts where cancels.contains(attempt.lease.job.id) { attempt.stop(.cancelRequested) }
        }
        for (queue, attempts) in byQueue { channels[queue]?.send(attempts) }
    }

    private func work(on queue: String, _ runners: [String: AttemptRunner], _ timeouts: TimeoutWatch) async {
        guard let channel = channels[queue] else { return }
        var count = 0
        var runner: AttemptRunner?
        while let attempt = await channel.next(beforeIdle: timeouts.rest) {
            started(attempt)
            if runner?.kind.name != attempt.lease.job.kind { runner = runners[attempt.lease.job.kind] }
            if let runner {
                ended(attempt, await runner.run(attempt), runner)
            } else {
                undeclared(attempt)
            }
            count += 1
            // A worker that always finds more to do would keep others off its thread.
            if count % 64 == 0 { await Task.yield() }
        }
    }

    // What is inlined into the worker's loop is kept in its frame while a job sleeps: three kilobytes for each.

    @inline(never)
    private func started(_ attempt: JobAttempt) {
        let job = attempt.lease.job
        sink.emit(
            .job(
                .started(
                    id: job.id, kind: job.kind, queue: job.queue, attempt: attempt.lease.attemptNumber,
                    waited: max(.zero, attempt.startedAt - job.scheduledAt))))
    }

    @inline(never)
    private func ended(_ attempt: JobAttempt, _ result: AttemptResult?, _ runner: AttemptRunner) {
        if let result {
            end(attempt, result, policy: runner.kind.retry, isZombie: false)
        } else {
            zombieEnded(attempt)
        }
    }

    @inline(never)
    private func undeclared(_ attempt: JobAttempt) {
        _ = attempt.finish()
        end(attempt, AttemptResult(.interrupted), policy: RetryPolicy(), isZombie: false)
    }

    private func end(_ attempt: JobAttempt, _ result: AttemptResult, policy: RetryPolicy, isZombie: Bool) {
        let stopReason = attempt.stopReason
        guard stopReason != .leaseLost else {
            sink.emit(.job(.staleWrite(id: attempt.lease.job.id)))
            if !isZombie { leave(attempt) }
            return
        }
        var random = SourcedRandom(ids)
        let settlement = Settlement(
            lease: attempt.lease, outcome: result.outcome, policy: policy, output: result.output, node: identity.name,
            startedAt: attempt.startedAt, now: time.now(), cancelRequested: stopReason == .cancelRequested,
            retryAfter: result.retryAfter, using: &random)
        state.withLock { state in
            state.ends.append(settlement, of: attempt, isZombie: isZombie)
            state.pump.ended(attempt.lease.job.queue, freesSlot: !isZombie)
        }
        wakePump()
    }

    /// The attempt was told to end and did not: its end is written without it, and its slot stays taken.
    private func abandon(_ attempt: JobAttempt, _ runner: AttemptRunner) {
        guard attempt.takeEnd() else { return }
        let job = attempt.lease.job
        sink.emit(.job(.abandoned(id: job.id, kind: job.kind, queue: job.queue)))
        let outcome = runner.outcome(.interrupted, stopReason: attempt.stopReason)
        let output = attempt.currentOutput() ?? AttemptOutput()
        end(attempt, AttemptResult(outcome, output: output), policy: runner.kind.retry, isZombie: true)
    }

    private func zombieEnded(_ attempt: JobAttempt) {
        let job = attempt.lease.job
        sink.emit(.job(.zombieEnded(id: job.id, kind: job.kind, queue: job.queue)))
        leave(attempt)
    }

    /// Nothing more is written of it: its slot is free.
    private func leave(_ attempt: JobAttempt) {
        state.withLock { state in
            state.running[ObjectIdentifier(attempt)] = nil
            state.pump.freed(attempt.lease.job.queue)
        }
        wakePump()
        tellIfDrained()
    }

    private func tellIfDrained() {
        let isDrainedNow = state.withLock { state in
            guard state.pump.isAtRest, state.running.isEmpty, !state.isDrained else { return false }
            state.isDrained = true
            return true
        }
        guard isDrainedNow else { return }
        wakePump()
        drained()
    }

    // MARK: Leases

    /// Before this node looks for leases that are over. False when the store failed.
    func renewIfLate() async -> Bool { await leases.renewIfLate(running()) }

    /// Asks the store now whether attempts that run here lost their lease or were asked to cancel.
    func checkLeases() { leases.look() }

    private func told(_ attempt: JobAttempt, _ result: ReportResult) {
        // What it told before its end may be written after it.
        guard state.withLock({ $0.running[ObjectIdentifier(attempt)] }) != nil else { return }
        switch result {
        // Its end overtook the report.
        case .stale where attempt.isSettled: break
        case .stale:
            sink.emit(.job(.staleWrite(id: attempt.lease.job.id)))
            attempt.stop(.leaseLost)
        case .recorded(cancelRequested: true): attempt.stop(.cancelRequested)
        case .recorded: break
        }
    }

    // MARK: Commands

    /// A queue may hold work.
    public func wake(queue: String) {
        state.withLock { $0.pump.wake(queue) }
        wakePump()
    }

    func wakeAll() {
        state.withLock { $0.pump.wakeAll() }
        wakePump()
    }

    /// Stops a running job that was asked to cancel.
    func cancel(_ job: JobRecord) {
        let attempts = state.withLock { state in
            if state.pump.isAsking { state.pendingCancels.insert(job.id) }
            return state.running.values.filter { $0.lease.job.id == job.id }
        }
        for attempt in attempts { attempt.stop(.cancelRequested) }
    }

    /// While on, no more claims; what runs goes on.
    func drain(_ isOn: Bool) {
        state.withLock { $0.pump.drain(isOn) }
        wakePump()
    }

    /// No more claims, for good; what runs goes on.
    public func quiesce() {
        state.withLock { $0.pump.quiesce() }
        wakePump()
        tellIfDrained()
    }

    /// Asks everything that runs to end; it goes back to the queue without using an attempt.
    public func stopRunning() {
        for attempt in running() { attempt.stop(.shutdown) }
    }

    /// Ends everything that runs by force.
    public func killRunning() {
        for attempt in running() { attempt.kill() }
    }
}
