import MainspringCore
import MainspringStore

/// A store and short words for what cases do with it. Times are seconds after a fixed start.
struct StoreProbe: Sendable {
    let store: any JobStore
    var other: (any JobStore)?
    var clock: @Sendable (Duration) async throws -> Void = { _ in }

    static let alice = NodeIdentity(name: "alice", incarnation: "a1")
    static let aliceAgain = NodeIdentity(name: "alice", incarnation: "a2")
    static let bob = NodeIdentity(name: "bob", incarnation: "b1")
    /// Leads where a case is about something else. It knows no kinds.
    static let keeper = NodeIdentity(name: "keeper", incarnation: "k1")
    static let unfinished: Set<JobState> = [.pending, .scheduled, .available, .running, .retryable]
    static let broken = JobFailure(code: "exit_1", message: "it broke", detail: "line 1")

    var peer: any JobStore {
        get throws {
            guard let other else { throw ConformanceFailure("this rule needs a peer") }
            return other
        }
    }

    /// The same words for the peer.
    var beside: StoreProbe { get throws { StoreProbe(store: try peer, other: store, clock: clock) } }

    func at(_ seconds: Double) -> Timestamp {
        Timestamp(microseconds: 1_767_225_600_000_000 + Int64((seconds * 1_000_000).rounded()))
    }

    /// Moves the store's own clock; the times of jobs stay.
    func advance(_ seconds: Double) async throws { try await clock(.milliseconds(Int64(seconds * 1000))) }

    func id(_ name: String) throws -> JobID {
        guard let id = JobID(rawValue: name) else { throw ConformanceFailure("\(name) is no id") }
        return id
    }

    // MARK: Jobs

    /// Due at `due` when that is later than `now`, else available since `now`.
    func new(
        _ name: String, kind: String = "scan", version: Int = 1, queue: String = "default", now: Double = 0,
        due: Double? = nil, priority: JobPriority = .normal, arguments: String = "{}", maxAttempts: Int = 3,
        maxRescues: Int = 3, tags: [String] = [], metadata: [String: String] = [:], unique: UniqueHold? = nil,
        schedule: String? = nil, occurrence: ScheduleOccurrence? = nil, deadline: Double? = nil, limit: Int? = nil,
        parent: ParentAttempt? = nil
    ) throws -> NewJob {
        let record = JobRecord(
            id: try id(name), kind: kind, queue: queue, state: due == nil ? .available : .scheduled, priority: priority,
            arguments: arguments, version: version, maxAttempts: maxAttempts, maxRescues: maxRescues,
            createdAt: at(now),
            scheduledAt: at(due ?? now), tags: tags, metadata: metadata, unique: unique,
            schedule: schedule ?? occurrence?.schedule, deadline: deadline.map { at($0) }, parent: parent?.id)
        return NewJob(record: record, occurrence: occurrence, queueLimit: limit, parent: parent)
    }

    @discardableResult
    func insert(_ new: NewJob) async throws -> InsertResult {
        let results = try await store.insert([[new]], now: new.record.createdAt)
        guard results.count == 1, results[0].count == 1 else { throw ConformanceFailure("one answer per job") }
        return results[0][0]
    }

    /// Inserts jobs that nothing may stand in the way of.
    func add(_ jobs: NewJob...) async throws {
        for job in jobs {
            let result = try await insert(job)
            try expectEqual(result, .inserted(job.record), "inserting \(job.record.id)")
        }
    }

    func job(_ name: String) async throws -> JobRecord {
        guard let job = try await store.job(try id(name)) else { throw ConformanceFailure("\(name) is not there") }
        return job
    }

    func expectState(_ name: String, _ state: JobState) async throws {
        try expectEqual(try await job(name).state, state, "the state of \(name)")
    }

    func attempts(_ name: String) async throws -> [AttemptRecord] {
        guard let attempts = try await store.attempts(of: try id(name)) else {
            throw ConformanceFailure("\(name) is not there")
        }
        return attempts
    }

    @discardableResult
    func cancel(_ name: String, now: Double = 1) async throws -> CancelResult {
        let results = try await store.cancel([try id(name)], now: at(now))
        guard results.count == 1 else { throw ConformanceFailure("one answer per id") }
        return results[0]
    }

    @discardableResult
    func retry(_ name: String, now: Double = 2) async throws -> RetryResult {
        try await store.retry(try id(name), now: at(now))
    }

    /// Every job, newest first.
    func all() async throws -> [JobRecord] {
        var jobs: [JobRecord] = []
        var query = JobQuery(limit: StoreLimits.page)
        repeat {
            let page = try await store.jobs(matching: query)
            jobs += page.jobs
            query.cursor = page.next
        } while query.cursor != nil
        return jobs
    }

    /// What any verb could have changed, to see that a refused one changed nothing.
    func image() async throws -> StoreImage {
        let jobs = try await all()
        var image = StoreImage(jobs: jobs)
        for job in jobs {
            image.attempts.append(try await store.attempts(of: job.id) ?? [])
            image.outputs.append(try await store.outputs(of: job.id))
        }
        image.queues = try await store.queues()
        image.nodes = try await store.nodes()
        image.occurrences = try await store.lastOccurrences()
        return image
    }
}

struct StoreImage: Equatable {
    var jobs: [JobRecord]
    var attempts: [[AttemptRecord]] = []
    var outputs: [[AttemptLog]] = []
    var queues: [QueueSummary] = []
    var nodes: [NodeRecord] = []
    var occurrences: [String: Timestamp] = [:]
}
