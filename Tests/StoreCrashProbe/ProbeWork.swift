import Glibc
import MainspringCore
import MainspringStore

/// Rounds in which every verb has something to write. Two lives of one node lead one after the other, and a second node comes
/// and goes.
///
/// - `job-N-0…5` are one group, each with a key and in the queue `default`: some end, some are cut, one is cancelled and
///   tried again, the last one is cancelled and pruned.
/// - `last-N` and `next-N` share a key in the queue `keys`; the second waits for the end of the first.
/// - `past-N`, `moved-N`, `behind-N` and `loser-N` come from elsewhere.
/// - `odd-N` is of a kind that a node knows for a moment only.
struct ProbeWork {
    private let store: any JobStore
    private let ids = RandomIDSource()
    private var now = Timestamp(microseconds: 1_767_225_600_000_000)
    private var random = SystemRandomNumberGenerator()
    private var life: NodeIdentity?
    private var term = Term(number: 0)

    init(store: any JobStore) {
        self.store = store
    }

    mutating func round(_ number: Int) async throws {
        now = now + .seconds(1)
        try await live("\(number)-a")
        try await beatHelper(number, knowsOdd: false)
        try await insert(number)
        let leases = try await claim(["default": 5, "keys": 9])
        _ = try await store.renew(leases.map(\.token), lease: .seconds(60))
        try await report(leases)
        try await follow(number, leases)
        try await exchange(leases)
        try await restore(number)
        try await park(number)
        now = now + .seconds(60)
        _ = try await store.promote(under: term, now: now, limit: 10)
        // Whatever runs is cut here.
        try await live("\(number)-b")
        _ = try await store.reclaim(under: term, now: now, limit: 100)
        try await control(number)
        _ = try await store.ask(NodeWish.allCases[number % 3], of: "helper")
        try await store.leave(helper(number))
        say("pruning")
        _ = try await store.prune(under: term, finishedBefore: [.cancelled: now + .seconds(1)], now: now, limit: 10)
    }

    // MARK: Nodes

    private mutating func live(_ incarnation: String) async throws {
        let identity = NodeIdentity(name: "probe", incarnation: incarnation)
        let record = NodeRecord(identity: identity, startedAt: now, seenAt: now, kinds: ["probe": 1])
        let gone: Set<NodeIdentity> = life.map { [$0] } ?? []
        let answer = try await store.beat(NodeBeat(node: record, lease: .seconds(3600), gone: gone))
        guard let term = answer.term else { exit(4) }
        life = identity
        self.term = term
        say("term \(term.number)")
    }

    private func helper(_ number: Int) -> NodeIdentity { NodeIdentity(name: "helper", incarnation: "\(number)") }

    private func beatHelper(_ number: Int, knowsOdd: Bool) async throws {
        let kinds = knowsOdd ? ["probe": 1, "odd": 1] : ["probe": 1]
        let record = NodeRecord(identity: helper(number), startedAt: now, seenAt: now, kinds: kinds)
        _ = try await store.beat(NodeBeat(node: record, lease: .seconds(3600), wantsTerm: false))
    }

    private func park(_ number: Int) async throws {
        _ = try await store.park(under: term, limit: 100)
        try await beatHelper(number, knowsOdd: true)
        _ = try await store.park(under: term, limit: 100)
        try await beatHelper(number, knowsOdd: false)
        _ = try await store.park(under: term, limit: 100)
    }

    // MARK: Jobs

    private func new(
        _ name: String, kind: String = "probe", queue: String = "default", unique: UniqueHold? = nil,
        parent: ParentAttempt? = nil, occurrence: ScheduleOccurrence? = nil
    ) -> NewJob {
        let record = JobRecord(
            id: JobID(rawValue: name)!, kind: kind, queue: queue, state: .available, priority: .normal, arguments: "{}",
            maxAttempts: 3, createdAt: now, scheduledAt: now, unique: unique, schedule: occurrence?.schedule,
            parent: parent?.id)
        return NewJob(record: record, occurrence: occurrence, parent: parent)
    }

    private func insert(_ groups: [[NewJob]]) async throws {
        let results = try await store.insert(groups, now: now)
        for case .inserted(let record) in results.joined() { say("inserted \(record.id)") }
    }

    private func insert(_ number: Int) async throws {
        let states: Set<JobState> = [.scheduled, .available, .running, .retryable]
        let group = (0..<6).map { index in
            new(
                "job-\(number)-\(index)", unique: UniqueHold(key: "key-\(number)-\(index)", states: states),
                occurrence: index == 0
                    ? ScheduleOccurrence(schedule: "s", instant: now, skipsOverlap: false, term: term) : nil)
        }
        let others = [new("last-\(number)", queue: "keys", unique: last(number)), new("odd-\(number)", kind: "odd")]
        try await insert([group, others])
    }

    private func last(_ number: Int) -> UniqueHold {
        UniquePolicy(onConflict: .keepLast).hold(
            kind: "probe", queue: "keys", arguments: ["n": .integer(Int64(number))], now: now)
    }

    /// A job that waits for the end of one that runs, and one that a running attempt makes.
    private func follow(_ number: Int, _ leases: [Lease]) async throws {
        var jobs = [new("next-\(number)", queue: "keys", unique: last(number))]
        if let lease = leases.first {
            jobs.append(new("child-\(number)", parent: ParentAttempt(id: lease.job.id, token: lease.token)))
        }
        try await insert(jobs.map { [$0] })
    }

    /// A job with a past, one that waits behind a holder of `keys`, and one whose key another has.
    private func restore(_ number: Int) async throws {
        var past = new("past-\(number)").record
        past.attempt = 1
        past.snoozes = 1
        past.startedAt = now
        let ends: [JobOutcome.Name] = [.snoozed, .failure]
        let attempts = ends.map { outcome in
            JobSnapshot.EndedAttempt(
                record: AttemptRecord(number: 1, node: "probe", startedAt: now, finishedAt: now, outcome: outcome))
        }
        let holder = new("moved-\(number)", queue: "keys", unique: moved(number)).record
        var follower = new("behind-\(number)", queue: "keys", unique: moved(number).following).record
        follower.state = .pending
        let loser = new("loser-\(number)", queue: "keys", unique: moved(number)).record
        let jobs =
            [JobSnapshot(record: past, attempts: attempts)]
            + [holder, follower, loser].map { JobSnapshot(record: $0) }
        let results = try await store.restore(jobs, fired: ["moved": now], now: now)
        for (job, result) in zip(jobs, results) where result != .duplicate { say("inserted \(job.record.id)") }
    }

    private func moved(_ number: Int) -> UniqueHold {
        UniquePolicy(onConflict: .keepLast).hold(
            kind: "moved", queue: "keys", arguments: ["n": .integer(Int64(number))], now: now)
    }

    private func claim(_ demand: [String: Int]) async throws -> [Lease] {
        try await store.exchange([], claiming: request(demand)).leases
    }

    private func request(_ demand: [String: Int]) -> ClaimRequest? {
        life.map {
            ClaimRequest(
                owner: $0, demand: demand, kinds: ["probe": 1], nonce: ids.nonce(), now: now, lease: .seconds(3600))
        }
    }

    private func report(_ leases: [Lease]) async throws {
        let reports = leases.map { lease in
            AttemptReport(
                id: lease.job.id, token: lease.token, progress: JobProgress(fraction: 0.5),
                output: AttemptOutput(standardOutput: Array("working".utf8)))
        }
        for (report, result) in zip(reports, try await store.report(reports, now: now))
        where result == .recorded(cancelRequested: false) {
            say("reported \(report.id)")
        }
    }

    /// The first three end, each in its own way, and of the queue `keys` each third; the others are cut.
    private mutating func exchange(_ leases: [Lease]) async throws {
        let failure = JobFailure(code: "exit_1", message: "it broke")
        let outcomes = [JobOutcome.success(result: "1"), .failure(failure), .snoozed(.seconds(5))]
        let jobs = leases.filter { $0.job.queue == "default" }.prefix(3)
        let keys = leases.filter { $0.job.queue == "keys" }.enumerated().filter { $0.offset % 3 == 0 }.map(\.element)
        var settlements: [Settlement] = []
        for (lease, outcome) in Array(zip(jobs, outcomes)) + keys.map({ ($0, .success(result: nil)) }) {
            settlements.append(
                Settlement(
                    lease: lease, outcome: outcome, policy: RetryPolicy(), node: "probe", startedAt: now, now: now,
                    cancelRequested: false, using: &random))
        }
        let exchange = try await store.exchange(settlements, claiming: request(["default": 1]))
        for (settlement, result) in zip(settlements, exchange.settled) where result == .settled(.completed) {
            say("settled \(settlement.id)")
        }
    }

    private func control(_ number: Int) async throws {
        let again = JobID(rawValue: "job-\(number)-4")!
        _ = try await store.cancel([again], now: now)
        _ = try await store.retry(again, now: now)
        // Of the pairs one loses its first, one its second, and two go on into the next rounds.
        let ended = ["job-\(number)-5", ["last-\(number)", "next-\(number)", nil, nil][number % 4]].compactMap(\.self)
        _ = try await store.cancel(ended.map { JobID(rawValue: $0)! }, now: now)
        try await store.setPaused(number % 2 == 0, queue: "other")
    }

    /// Straight to the descriptor: what was said stays said after the kill.
    private func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = bytes.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    }
}
