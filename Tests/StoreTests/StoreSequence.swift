import MainspringCore
import MainspringStore
import MainspringTesting

/// A random sequence of verbs from a seed, run against two stores whose answers must be equal.
///
/// Few names for jobs, keys, queues and schedules, so that they meet; and clocks that sometimes jump.
struct StoreSequence {
    private let memory: any JobStore
    private let sqlite: any JobStore
    private var random: SplitMix
    private var now = Timestamp(microseconds: 1_767_225_600_000_000)
    private var incarnation = 0
    /// Leases that were once given, the newest last; some no longer hold.
    private var leases: [Lease] = []
    private(set) var steps: [String] = []

    init(seed: UInt64, memory: any JobStore, sqlite: any JobStore) {
        self.memory = memory
        self.sqlite = sqlite
        random = SplitMix(seed: seed)
    }

    /// What differed first, or nil.
    mutating func run(steps count: Int) async throws -> String? {
        for number in 1...count {
            if let difference = try await step() { return difference }
            // Looking at everything costs more than a step; a difference does not heal.
            if number % 6 == 0, let difference = try await compareState() { return difference }
        }
        return nil
    }

    private mutating func step() async throws -> String? {
        now = now + .milliseconds(pick(0...3000))
        if chance(40) { now = now + .seconds(pick([-3600, 3600, -7])) }
        switch pick(0...99) {
        case 0..<30: return try await insert()
        case 30..<50: return try await claim()
        case 50..<70: return try await settle()
        case 70..<76: return try await promote()
        case 76..<81: return try await reclaim()
        case 81..<87: return try await cancel()
        case 87..<92: return try await retry()
        case 92..<95: return try await renew()
        case 95..<97: return try await pause()
        default: return try await prune()
        }
    }

    // MARK: Verbs

    private mutating func insert() async throws -> String? {
        var groups: [[NewJob]] = []
        for _ in 0..<pick(1...3) {
            groups.append((0..<pick(1...3)).map { _ in newJob() })
        }
        steps.append("insert \(groups)")
        let time = now
        return try await compare { try await $0.insert(groups, now: time) }
    }

    private mutating func newJob() -> NewJob {
        let isLater = chance(4)
        let occurrence =
            chance(6)
            ? ScheduleOccurrence(
                schedule: pick(["s", "t"]), instant: now + .seconds(pick(0...2)), skipsOverlap: chance(2)) : nil
        let key = chance(3) ? nil : pick(["u", "v", "w"])
        let record = JobRecord(
            id: JobID(rawValue: "j\(pick(0...30))")!, kind: pick(["scan", "scan", "mail"]), queue: pick(["p", "q"]),
            state: isLater ? .scheduled : .available, priority: pick(JobPriority.allCases),
            arguments: pick(["{}", #"{"x":1}"#]),
            maxAttempts: pick(1...3), createdAt: now, scheduledAt: isLater ? now + .seconds(pick(1...20)) : now,
            tags: chance(3) ? ["t"] : [], uniqueKey: key, uniqueStates: key == nil ? [] : states(),
            schedule: occurrence?.schedule)
        return NewJob(record: record, occurrence: occurrence, queueLimit: chance(2) ? pick(1...8) : nil)
    }

    private mutating func claim() async throws -> String? {
        let request = ClaimRequest(
            owner: owner(), demand: ["p": pick(0...3), "q": pick(0...3)],
            kinds: chance(4) ? ["scan"] : ["scan", "mail"],
            nonce: "n\(steps.count)", now: now, leaseUntil: now + .seconds(pick(1...60)))
        steps.append("claim \(request)")
        let first = try await memory.claim(request)
        let second = try await sqlite.claim(request)
        leases += first
        // The numbers in the tokens may differ between stores, so each is asked with its own.
        for (one, other) in zip(first, second) { tokens[one.token] = other.token }
        let same = first.map(\.job) == second.map(\.job) && first.map(\.expiresAt) == second.map(\.expiresAt)
        return same ? nil : "\(first) and \(second)"
    }

    private var tokens: [AttemptToken: AttemptToken] = [:]

    private mutating func settle() async throws -> String? {
        guard !leases.isEmpty else { return nil }
        var settlements: [Settlement] = []
        for _ in 0..<pick(1...3) {
            let lease = leases[max(0, leases.count - pick(1...6))]
            let error = JobFailure(code: "exit_1", message: "it broke", detail: chance(2) ? "detail" : nil)
            let outcome = pick([
                JobOutcome.success(result: "1"), .success(result: nil), .failure(error), .timeout(error), .cancelled,
                .snoozed(.seconds(5)), .interrupted, .discarded(error),
            ])
            let output = AttemptOutput(standardOutput: chance(3) ? [1, 2] : [], droppedBytes: chance(9) ? 4 : 0)
            var settlement = Settlement(
                lease: lease, outcome: outcome, policy: RetryPolicy(), output: output, node: lease.job.node ?? "",
                startedAt: lease.job.startedAt ?? now, now: now, cancelRequested: chance(8), using: &random)
            if chance(4) { settlement.priority = pick(JobPriority.allCases) }
            settlements.append(settlement)
        }
        steps.append("settle \(settlements)")
        let translated = settlements.map { settlement in
            var other = settlement
            other.token = tokens[settlement.token] ?? settlement.token
            return other
        }
        let first = try await memory.settle(settlements)
        let second = try await sqlite.settle(translated)
        return first == second ? nil : "\(first) and \(second)"
    }

    private mutating func renew() async throws -> String? {
        let asked = leases.suffix(4).map(\.token)
        let until = now + .seconds(30)
        steps.append("renew \(asked)")
        let first = try await memory.renew(asked, until: until)
        let second = try await sqlite.renew(asked.map { tokens[$0] ?? $0 }, until: until)
        let translated = Renewal(
            lost: Set(first.lost.map { tokens[$0] ?? $0 }),
            cancelRequested: Set(first.cancelRequested.map { tokens[$0] ?? $0 }))
        return translated == second ? nil : "\(translated) and \(second)"
    }

    private mutating func promote() async throws -> String? {
        let limit = pick(0...4)
        let time = now
        steps.append("promote \(time) limit \(limit)")
        return try await compare { try await $0.promote(now: time, limit: limit) }
    }

    private mutating func reclaim() async throws -> String? {
        if chance(2) { incarnation += 1 }
        let owner = owner()
        let limit = pick(0...4)
        let time = now
        steps.append("reclaim \(owner) \(time) limit \(limit)")
        return try await compare { try await $0.reclaim(owner: owner, now: time, limit: limit) }
    }

    private mutating func cancel() async throws -> String? {
        let ids = [id(), id()]
        let time = now
        steps.append("cancel \(ids) \(time)")
        return try await compare { try await $0.cancel(ids, now: time) }
    }

    private mutating func retry() async throws -> String? {
        let id = id()
        let time = now
        steps.append("retry \(id) \(time)")
        return try await compare { try await $0.retry(id, now: time) }
    }

    private mutating func pause() async throws -> String? {
        let paused = chance(2)
        let queue = pick(["p", "q"])
        steps.append("pause \(queue) \(paused)")
        return try await compare { store in
            try await store.setPaused(paused, queue: queue)
            return true
        }
    }

    private mutating func prune() async throws -> String? {
        let before: [JobState: Timestamp] = [
            .completed: now - .seconds(5), .cancelled: now, .discarded: now - .seconds(20),
        ]
        let limit = pick(0...5)
        steps.append("prune \(before) limit \(limit)")
        return try await compare { try await $0.prune(finishedBefore: before, limit: limit) }
    }

    // MARK: Comparing

    private func compare<Answer: Equatable>(_ verb: (any JobStore) async throws -> Answer) async throws -> String? {
        let first = try await verb(memory)
        let second = try await verb(sqlite)
        return first == second ? nil : "\(first) and \(second)"
    }

    private mutating func compareState() async throws -> String? {
        let everything = JobQuery(limit: 200)
        if let difference = try await compare({ try await $0.jobs(matching: everything).jobs }) { return difference }
        if let difference = try await compare({ try await $0.queues() }) { return difference }
        let id = id()
        let query = JobQuery(kinds: ["scan"], states: states(), tags: chance(2) ? ["t"] : [], limit: 3)
        if let difference = try await compare({ try await $0.attempts(of: id) }) { return difference }
        if let difference = try await compare({ try await $0.outputs(of: id) }) { return difference }
        if let difference = try await compare({ try await $0.jobs(matching: query).jobs }) { return difference }
        if let difference = try await compare({ try await $0.lastOccurrences() }) { return difference }
        do {
            try await StoreConformance.Case.checkCounters(of: sqlite)
        } catch {
            return "\(error)"
        }
        return nil
    }

    // MARK: Chance

    private mutating func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    private mutating func pick<Value>(_ values: [Value]) -> Value { values[pick(0...values.count - 1)] }
    /// One in `count`.
    private mutating func chance(_ count: Int) -> Bool { pick(1...count) == 1 }
    private mutating func id() -> JobID { JobID(rawValue: "j\(pick(0...30))")! }
    private mutating func states() -> Set<JobState> { Set(JobState.allCases.filter { _ in chance(2) }) }

    private mutating func owner() -> NodeIdentity {
        pick([NodeIdentity(name: "alice", incarnation: "a\(incarnation)"), NodeIdentity(name: "bob", incarnation: "b")])
    }
}
