import MainspringCore
import MainspringStore

/// A store and short words for what cases do with it. Times are seconds after a fixed start.
struct StoreProbe: Sendable {
    let store: any JobStore

    static let alice = NodeIdentity(name: "alice", incarnation: "a1")
    static let aliceAgain = NodeIdentity(name: "alice", incarnation: "a2")
    static let bob = NodeIdentity(name: "bob", incarnation: "b1")
    static let unfinished: Set<JobState> = [.pending, .scheduled, .available, .running, .retryable]

    func at(_ seconds: Double) -> Timestamp {
        Timestamp(microseconds: 1_767_225_600_000_000 + Int64(seconds * 1_000_000))
    }

    func id(_ name: String) throws -> JobID {
        guard let id = JobID(rawValue: name) else { throw ConformanceFailure("\(name) is no id") }
        return id
    }

    // MARK: Jobs

    /// Due at `due` when that is later than `now`, else available since `now`.
    func new(
        _ name: String, kind: String = "scan", queue: String = "default", now: Double = 0, due: Double? = nil,
        priority: JobPriority = .normal, arguments: String = "{}", maxAttempts: Int = 3, tags: [String] = [],
        key: String? = nil, while states: Set<JobState> = unfinished, schedule: String? = nil,
        occurrence: ScheduleOccurrence? = nil, limit: Int? = nil
    ) throws -> NewJob {
        let record = JobRecord(
            id: try id(name), kind: kind, queue: queue, state: due == nil ? .available : .scheduled, priority: priority,
            arguments: arguments, maxAttempts: maxAttempts, createdAt: at(now), scheduledAt: at(due ?? now), tags: tags,
            uniqueKey: key, uniqueStates: key == nil ? [] : states, schedule: schedule ?? occurrence?.schedule)
        return NewJob(record: record, occurrence: occurrence, queueLimit: limit)
    }

    @discardableResult
    func insert(_ new: NewJob) async throws -> InsertResult {
        let results = try await store.insert([[new]], now: new.record.createdAt)
        guard results.count == 1, let result = results[0].first else { throw ConformanceFailure("one answer per job") }
        return result
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

    // MARK: Attempts

    func claim(
        _ slots: Int = 100, queue: String = "default", kinds: Set<String> = ["scan"], by owner: NodeIdentity = alice,
        nonce: String = "n", now: Double = 0, lease: Double = 60
    ) async throws -> [Lease] {
        try await store.claim(
            ClaimRequest(
                owner: owner, demand: [queue: slots], kinds: kinds, nonce: nonce, now: at(now),
                leaseUntil: at(now + lease)))
    }

    func claimOne(
        by owner: NodeIdentity = alice, nonce: String = "n", now: Double = 0, lease: Double = 60
    ) async throws -> Lease {
        let leases = try await claim(by: owner, nonce: nonce, now: now, lease: lease)
        guard leases.count == 1 else { throw ConformanceFailure("one job to claim, not \(leases.count)") }
        return leases[0]
    }

    /// The settlement of an outcome, with a fixed random seed and one second of delay.
    func settlement(
        _ lease: Lease, _ outcome: JobOutcome, now: Double, output: AttemptOutput = AttemptOutput(),
        cancelRequested: Bool = false
    ) -> Settlement {
        var random = SplitMix(seed: 1)
        let policy = RetryPolicy(
            maxAttempts: lease.job.maxAttempts, backoff: .fixed, base: .seconds(1), cap: .seconds(1))
        return Settlement(
            lease: lease, outcome: outcome, policy: policy, output: output, node: lease.job.node ?? "",
            startedAt: lease.job.startedAt ?? at(now), now: at(now), cancelRequested: cancelRequested, using: &random)
    }

    /// Fails unless the store wrote `state`; nil: the one that the settlement asks for.
    func settle(_ lease: Lease, _ outcome: JobOutcome, now: Double, to state: JobState? = nil) async throws {
        let settlement = settlement(lease, outcome, now: now)
        try expectEqual(
            try await store.settle([settlement]), [.settled(state ?? settlement.nextState)], "settling \(lease.job.id)")
    }

    static let broken = JobFailure(code: "exit_1", message: "it broke", detail: "line 1")

    // MARK: Counts

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

    func countAll() async throws -> [String: [JobState: Int]] {
        try await all().reduce(into: [:]) { $0[$1.queue, default: [:]][$1.state, default: 0] += 1 }
    }
}

/// A small seeded generator (SplitMix64): the same numbers from the same seed on every machine.
package struct SplitMix: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}
