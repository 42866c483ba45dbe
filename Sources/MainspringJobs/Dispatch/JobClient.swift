public import MainspringCore
public import MainspringStore
import Synchronization

/// What callers do with jobs: the only way in for surfaces, schedules and Swift code.
public struct JobClient: Sendable {
    private let dispatcher: Dispatcher
    private let registry: JobRegistry
    /// Nil for a client that only enqueues.
    private let engine: JobEngine?
    package let store: any JobStore
    private let time: any TimeSource
    private let sink: any EventSink
    private let waiters: JobWaiters
    private let onRelease: @Sendable (_ queue: String) -> Void

    /// `onRelease` is called when a job let go of a unique key that a newer one of its queue may have waited for.
    init(
        dispatcher: Dispatcher, registry: JobRegistry, engine: JobEngine?, store: any JobStore, time: any TimeSource,
        sink: any EventSink, waiters: JobWaiters, onRelease: @escaping @Sendable (String) -> Void
    ) {
        self.dispatcher = dispatcher
        self.registry = registry
        self.engine = engine
        self.store = store
        self.time = time
        self.sink = sink
        self.waiters = waiters
        self.onRelease = onRelease
    }

    /// Writes all of the requests or none; see ``Dispatcher/insert(_:)``. Throws `draining` once the node stops.
    public func enqueue(_ requests: [JobRequest]) async throws -> [InsertResult] {
        try await enqueue(requests, of: nil)
    }

    /// The same, for requests whose arguments are known to fit `kind`, unless nil.
    func enqueue(_ requests: [JobRequest], of kind: JobKind?) async throws -> [InsertResult] {
        guard engine?.isQuiet != true else { throw Dispatcher.draining }
        return try await dispatcher.insert(JobTrace.carried(by: requests), of: kind)
    }

    /// The declared kind of that name.
    func kind(_ name: String) -> JobKind? { registry.kinds[name] }

    /// Nothing runs here: kinds that are not declared are those of other processes.
    var onlyEnqueues: Bool { engine == nil }

    func now() -> Timestamp { time.now() }

    /// Writes all of the requests or none through a write of the caller's own, such as its database transaction: `insert` gets
    /// the checked jobs, and `tell` is to be called once they are committed; it is not needed when they are not.
    package func enqueue(
        _ requests: [JobRequest], of kind: JobKind? = nil,
        insert: (_ jobs: [NewJob], _ tell: @escaping @Sendable ([InsertResult]) -> Void) throws -> [InsertResult]
    ) throws -> [InsertResult] {
        guard engine?.isQuiet != true else { throw Dispatcher.draining }
        let jobs = try dispatcher.prepare(JobTrace.carried(by: requests), of: kind)
        return try insert(jobs) { [dispatcher] in dispatcher.tell(jobs, $0) }
    }

    public func job(_ id: JobID) async throws -> JobRecord? { try await store.job(id) }

    public func attempts(of id: JobID) async throws -> [AttemptRecord]? { try await store.attempts(of: id) }

    /// What each attempt wrote, oldest first; the one that runs now is last, as far as it got.
    public func logs(of id: JobID) async throws -> [AttemptLog]? {
        guard try await store.job(id) != nil else { return nil }
        let running = engine?.attempt(of: id)
        var logs = try await store.outputs(of: id)
        if let running, let output = running.currentOutput() {
            // What runs here is known better here than by what it told the store.
            logs.removeAll { $0.startedAt == running.startedAt }
            logs.append(AttemptLog(number: running.lease.attemptNumber, startedAt: running.startedAt, output: output))
        }
        return logs
    }

    public func jobs(matching query: JobQuery) async throws -> JobPage { try await store.jobs(matching: query) }

    /// Waits until the job has ended, at most `timeout`; then answers with the job as it is. Nil when there is no such job.
    /// Throws `CancellationError` at once when the caller is cancelled; and as the store does, unless it goes away during the
    /// wait and is back before its end.
    public func wait(for id: JobID, timeout: Duration) async throws -> JobRecord? {
        let signal = WakeSignal()
        let remove = waiters.add(id) { signal.notify() }
        defer { remove() }
        let isOver = Mutex(timeout <= .zero)
        let timer = time.schedule(after: timeout) {
            isOver.withLock { $0 = true }
            signal.notify()
        }
        defer { timer.cancel() }
        var wasThere = false
        while true {
            var again: (any ScheduledAction)?
            do {
                guard let job = try await store.job(id) else { return nil }
                guard !job.state.isFinal, !isOver.withLock({ $0 }) else { return job }
                wasThere = true
            } catch let error as MainspringError where error.isOutage {
                guard wasThere, !isOver.withLock({ $0 }) else { throw error }
                again = time.schedule(after: Self.pauseWhileAway) { signal.notify() }
            }
            await signal.wait()
            again?.cancel()
            try Task.checkCancellation()
        }
    }

    /// Writes what a running attempt tells of itself, under its token, wherever it runs. Throws `stale_attempt` when the token no
    /// longer holds; then nothing was written. True when the job was asked to cancel.
    @discardableResult
    public func report(_ report: AttemptReport) async throws -> Bool {
        let result = try await store.report([report], now: time.now()).first ?? .stale
        guard case .recorded(let cancelRequested) = result else {
            sink.emit(.job(.staleWrite(id: report.id)))
            throw MainspringError(
                .staleAttempt, "the token does not hold job \(report.id) any more",
                hint: "Another attempt may run it by now; stop, and write nothing more.")
        }
        engine?.attempt(of: report.id)?.sawSign()
        return cancelRequested
    }

    private static let pauseWhileAway: Duration = .milliseconds(250)

    public func nodes() async throws -> [NodeRecord] { try await store.nodes() }

    /// Asks a node for something, wherever it runs. Throws `not_found` when no live node has the name.
    public func ask(_ wish: NodeWish, of node: String) async throws {
        guard try await store.ask(wish, of: node) else {
            let near = NearestName.of(node, among: try await store.nodes().map(\.identity.name))
            throw MainspringError(
                .notFound, "no live node is called '\(node)'",
                hint: near.map { "Did you mean '\($0)'?" } ?? "See 'mainspring node ls'.")
        }
    }

    public func cancel(_ id: JobID) async throws -> CancelResult {
        let result = try await store.cancel([id], now: time.now()).first ?? .notFound
        switch result {
        case .cancelled(let job):
            sink.emit(.job(.cancelled(id: id, kind: job.kind, queue: job.queue)))
            if job.unique != nil { onRelease(job.queue) }
        case .requested(let job):
            sink.emit(.job(.cancelRequested(id: id)))
            engine?.cancel(job)
        case .alreadyFinal, .notFound: break
        }
        return result
    }

    public func retry(_ id: JobID) async throws -> RetryResult {
        let result = try await store.retry(id, now: time.now())
        if case .retried(let job) = result {
            sink.emit(.job(.retried(id: id, kind: job.kind, queue: job.queue)))
            engine?.wake(queue: job.queue)
        }
        return result
    }

    /// Every declared queue and every queue that holds jobs, by name, with what this node works on.
    public func queues() async throws -> [QueueStatus] {
        let stored = Dictionary(try await store.queues().map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        let declared = registry.queues
        return Set(stored.keys).union(declared.keys).sorted().map { name in
            QueueStatus(
                summary: stored[name] ?? QueueSummary(name: name, counts: [:], isPaused: false, oldestAvailableAt: nil),
                options: declared[name], busy: engine?.busy(queue: name) ?? 0,
                zombies: engine?.zombies(queue: name) ?? 0)
        }
    }

    /// Throws `not_found` for a queue that is neither declared nor in the store.
    public func setPaused(_ paused: Bool, queue: String) async throws {
        guard try await queues().contains(where: { $0.summary.name == queue }) else {
            let near = NearestName.of(queue, among: registry.queues.keys).map { "Did you mean '\($0)'?" }
            throw MainspringError(.notFound, "there is no queue '\(queue)'", hint: near ?? "See 'mainspring queue ls'.")
        }
        try await store.setPaused(paused, queue: queue)
        sink.emit(.job(paused ? .queuePaused(queue) : .queueResumed(queue)))
        if !paused { engine?.wake(queue: queue) }
    }
}

/// A queue as surfaces show it.
public struct QueueStatus: Sendable, Equatable {
    public var summary: QueueSummary
    /// Nil for a queue that is no longer declared: nothing works on it here.
    public var options: QueueOptions?
    /// Jobs of it that run on this node.
    public var busy: Int
    /// Of those, the ones that were settled without their attempt, which still runs.
    public var zombies: Int
}
