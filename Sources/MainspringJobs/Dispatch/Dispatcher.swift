public import MainspringCore
public import MainspringStore

/// Turns requests into records: checks them against the declared kinds, stamps them, computes the unique key, and writes
/// them in batches.
public final class Dispatcher: Sendable {
    private let registry: JobRegistry
    private let time: any TimeSource
    private let ids: any IDSource
    private let sink: any EventSink
    private let inserts: Batcher<[NewJob], [InsertResult]>
    private let onInserted: @Sendable ([JobRecord]) -> Void
    private let takesAnyQueue: Bool

    /// `onInserted` is told of new records after their commit, so that workers wake. Where the queues of the nodes are not
    /// known, `takesAnyQueue`: one that is not declared then has the limit of ``QueueOptions/init(workers:limit:)``.
    public init(
        registry: JobRegistry, store: any JobStore, time: any TimeSource, ids: any IDSource, sink: any EventSink,
        takesAnyQueue: Bool = false, onInserted: @escaping @Sendable ([JobRecord]) -> Void
    ) {
        self.registry = registry
        self.takesAnyQueue = takesAnyQueue
        self.time = time
        self.ids = ids
        self.sink = sink
        self.onInserted = onInserted
        inserts = Batcher(batchLimit: 500) { groups in try await store.insert(groups, now: time.now()) }
    }

    /// Jobs in one request: they are written in one step, and hold up everything else meanwhile.
    public static let requestLimit = 10_000
    /// Problems that a refusal names.
    public static let problemLimit = 100

    /// Checks all requests, then writes all of them or none. Throws ``InvalidRequests``, `too_large`, `draining` or a store's
    /// `MainspringError`; then nothing was written. A cancelled caller still gets the answer.
    public func insert(_ requests: [JobRequest]) async throws -> [InsertResult] { try await insert(requests, of: nil) }

    /// The same, for requests whose arguments are known to fit `kind`; nil: each is looked up, and checked.
    func insert(_ requests: [JobRequest], of kind: JobKind?) async throws -> [InsertResult] {
        let jobs = try prepare(requests, of: kind)
        guard !jobs.isEmpty else { return [] }
        let results: [InsertResult]
        do {
            results = try await inserts.submit(jobs)
        } catch is BatcherClosed {
            throw Self.draining
        }
        tell(jobs, results)
        return results
    }

    /// The checked and stamped jobs of requests; nothing is written. Throws as ``insert(_:)`` does before it writes.
    func prepare(_ requests: [JobRequest], of kind: JobKind?) throws -> [NewJob] {
        guard requests.count <= Self.requestLimit else {
            throw MainspringError(
                .tooLarge, "one request holds \(requests.count) jobs",
                hint: "Send at most \(Self.requestLimit) at once.")
        }
        return try stamp(requests, kind)
    }

    /// Tells of what was committed, and wakes whoever waits for it.
    func tell(_ jobs: [NewJob], _ results: [InsertResult]) {
        var inserted: [JobRecord] = []
        for (job, result) in zip(jobs, results) {
            switch result {
            case .inserted(let record):
                inserted.append(record)
                sink.emit(.job(.enqueued(id: record.id, kind: record.kind, queue: record.queue)))
            case .replaced(let record):
                // It may be due at another time now.
                inserted.append(record)
                sink.emit(.job(.replaced(id: record.id, kind: record.kind, queue: record.queue)))
            case .duplicate: sink.emit(.job(.duplicate(kind: job.record.kind)))
            case .staleParent: sink.emit(.job(.staleWrite(id: job.parent?.id ?? job.record.id)))
            default: break
            }
        }
        if !inserted.isEmpty { onInserted(inserted) }
    }

    static let draining = MainspringError(
        .draining, "this node is stopping and takes no new jobs", hint: "Try again in a few seconds.",
        retryAfter: .seconds(5))

    /// Writes until ``close()``; one task runs it.
    func run() async { await inserts.run() }

    func close() { inserts.close() }

    private func stamp(_ requests: [JobRequest], _ known: JobKind?) throws(InvalidRequests) -> [NewJob] {
        let now = time.now()
        var problems: [InvalidRequests.Problem] = []
        var jobs: [NewJob] = []
        for (index, request) in requests.enumerated() where problems.count < Self.problemLimit {
            let kind = known ?? registry.kinds[request.kind]
            let found = self.problems(with: request, kind, checksArguments: known == nil, index: index)
            problems += found
            if found.isEmpty, let kind { jobs.append(newJob(request, kind, now: now)) }
        }
        guard problems.isEmpty else { throw InvalidRequests(problems: Array(problems.prefix(Self.problemLimit))) }
        return jobs
    }

    private func problems(
        with request: JobRequest, _ kind: JobKind?, checksArguments: Bool, index: Int
    ) -> [InvalidRequests.Problem] {
        guard let kind else {
            let near = NearestName.of(request.kind, among: registry.kinds.keys).map { "; did you mean '\($0)'?" } ?? ""
            let message = "no job kind of that name is declared\(near)"
            return [InvalidRequests.Problem(index: index, code: .unknownKind, message: message)]
        }
        var problems =
            checksArguments
            ? kind.problems(in: request.arguments) + kind.problems(inKeyOver: request.unique?.by ?? []) : []
        let queue = request.queue ?? kind.queue
        if registry.queues[queue] == nil, !takesAnyQueue {
            let near = NearestName.of(queue, among: registry.queues.keys).map { "; did you mean '\($0)'?" } ?? ""
            problems.append("no queue of that name is declared\(near)")
        }
        problems += request.problems
        return problems.map { InvalidRequests.Problem(index: index, code: .invalidArguments, message: $0) }
    }

    private func newJob(_ request: JobRequest, _ kind: JobKind, now: Timestamp) -> NewJob {
        let queue = request.queue ?? kind.queue
        let unique = request.unique ?? kind.unique
        let quiet = unique?.onConflict == .debounce ? unique?.period : nil
        let wanted = [request.runAt, quiet.map { now + $0 }].compactMap { $0 }.max()
        let runAt = wanted.flatMap { $0 > now ? $0 : nil }
        let record = JobRecord(
            id: request.id ?? ids.jobID(at: now), kind: kind.name, queue: queue,
            state: runAt == nil ? .available : .scheduled, priority: request.priority ?? kind.priority,
            arguments: JSONValue.object(request.arguments).compactText, version: kind.version,
            maxAttempts: kind.retry.maxAttempts, maxRescues: kind.maxRescues, createdAt: now,
            scheduledAt: runAt ?? now, tags: kind.tags + request.tags.filter { !kind.tags.contains($0) },
            metadata: request.metadata,
            unique: unique?.hold(kind: kind.name, queue: queue, arguments: request.arguments, now: now),
            schedule: request.occurrence?.schedule, deadline: request.deadline ?? kind.deadline.map { now + $0 },
            parent: request.parent?.id)
        return NewJob(
            record: record, occurrence: request.occurrence,
            queueLimit: (registry.queues[queue] ?? (takesAnyQueue ? QueueOptions() : nil))?.limit,
            parent: request.parent)
    }
}
