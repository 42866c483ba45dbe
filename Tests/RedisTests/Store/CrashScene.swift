import MainspringCore
import MainspringSQLite
import MainspringStore
import MainspringTesting
import Testing

@testable import MainspringRedis

/// A store in which every verb has something to write.
struct CrashScene {
    var store: RedisJobStore
    private let term: Term
    private let running: Lease
    private static let now = Timestamp(microseconds: 1_767_225_600_000_000)
    private static let alice = NodeIdentity(name: "alice", incarnation: "1")
    private static let ghost = NodeIdentity(name: "ghost", incarnation: "1")
    private static let unfinished = Set(JobState.allCases.filter { !$0.isFinal })
    private var ids: [JobID] { Self.names.map { JobID(rawValue: $0)! } }
    private static let names = [
        "runs", "follows", "due", "waits", "old", "lost", "odd", "dead", "new-1", "new-2", "moved",
    ]

    init(_ store: RedisJobStore) async throws {
        self.store = store
        guard let term = try await store.beat(Self.beat(Self.alice)).term else { throw ConformanceFailure("no term") }
        self.term = term
        let key = UniquePolicy(onConflict: .keepLast).hold(kind: "scan", queue: "q", arguments: [:], now: Self.now)
        _ = try await store.insert([[Self.new("lost", queue: "g")], [Self.new("runs", unique: key)]], now: Self.now)
        _ = try await store.claim(Self.request("g", by: Self.ghost, nonce: "g"))
        guard let lease = try await store.claim(Self.request("q", by: Self.alice, nonce: "a")).first else {
            throw ConformanceFailure("no lease")
        }
        running = lease
        let jobs = [
            Self.new("follows", unique: key), Self.new("due", due: Self.now + .seconds(1)), Self.new("waits"),
            Self.new("old"), Self.new("odd", kind: "odd"), Self.new("dead"),
        ]
        _ = try await store.insert(jobs.map { [$0] }, now: Self.now)
        _ = try await store.cancel([JobID(rawValue: "old")!, JobID(rawValue: "dead")!], now: Self.now)
    }

    /// A rehearsal teaches the handle the verb's script, and changes nothing.
    func run(_ verb: StoreVerb, on store: RedisJobStore, isRehearsal: Bool = false) async throws {
        if isRehearsal { return try await rehearse(verb, on: store) }
        let now = Self.now + .seconds(10)
        switch verb {
        case .insert:
            let key = UniqueHold(key: "k", states: Self.unfinished)
            _ = try await store.insert([[Self.new("new-1", unique: key), Self.new("new-2")]], now: now)
        case .restore: _ = try await store.restore([Self.moved], fired: ["s": now], now: now)
        case .exchange:
            _ = try await store.exchange([end(running)], claiming: Self.request("q", by: Self.alice, nonce: "again"))
        case .renew: _ = try await store.renew([running.token], lease: .seconds(60))
        case .report:
            let output = AttemptOutput(standardOutput: [1])
            _ = try await store.report(
                [AttemptReport(id: running.job.id, token: running.token, output: output)], now: now)
        case .promote: _ = try await store.promote(under: term, now: now, limit: 10)
        case .reclaim: _ = try await store.reclaim(under: term, now: now, limit: 10)
        case .park: _ = try await store.park(under: term, limit: 10)
        case .cancel: _ = try await store.cancel([JobID(rawValue: "waits")!, running.job.id], now: now)
        case .retry: _ = try await store.retry(JobID(rawValue: "dead")!, now: now)
        case .prune: _ = try await store.prune(under: term, finishedBefore: [.cancelled: now], now: now, limit: 1)
        case .setPaused: try await store.setPaused(true, queue: "other")
        case .beat: _ = try await store.beat(Self.beat(NodeIdentity(name: "bob", incarnation: "1")))
        case .leave: try await store.leave(Self.alice)
        case .ask: _ = try await store.ask(.drain, of: "alice")
        }
    }

    private func rehearse(_ verb: StoreVerb, on store: RedisJobStore) async throws {
        let (now, nobody) = (Self.now, AttemptToken(rawValue: "x.0"))
        switch verb {
        case .insert: _ = try await store.insert([[Self.new("waits")]], now: now)
        case .restore:
            _ = try await store.restore([JobSnapshot(record: Self.new("waits").record)], fired: [:], now: now)
        case .exchange: _ = try await store.exchange([], claiming: Self.request("none", by: Self.alice, nonce: "r"))
        case .renew: _ = try await store.renew([nobody], lease: .seconds(1))
        case .report: _ = try await store.report([AttemptReport(id: running.job.id, token: nobody)], now: now)
        case .promote: _ = try await store.promote(under: term, now: now, limit: 0)
        case .reclaim: _ = try await store.reclaim(under: term, now: now, limit: 0)
        case .park: _ = try await store.park(under: term, limit: 0)
        case .cancel: _ = try await store.cancel([JobID(rawValue: "none")!], now: now)
        case .retry: _ = try await store.retry(JobID(rawValue: "none")!, now: now)
        case .prune: _ = try await store.prune(under: term, finishedBefore: [:], now: now, limit: 0)
        case .setPaused: try await store.setPaused(false, queue: "rehearsal")
        case .beat: _ = try await store.beat(Self.beat(Self.alice))
        case .leave: try await store.leave(Self.ghost)
        case .ask: _ = try await store.ask(.drain, of: "nobody")
        }
    }

    // MARK: What must hold afterwards

    struct Image: Equatable {
        var jobs: [JobRecord]
        var queues: [QueueSummary]
        var nodes: [NodeRecord]
    }

    func image() async throws -> Image {
        Image(jobs: try await jobs(), queues: try await store.queues(), nodes: try await store.nodes())
    }

    private func jobs() async throws -> [JobRecord] { try await store.jobs(matching: JobQuery(limit: 100)).jobs }

    /// After a verb and its repetition: done, and done once.
    func checkResult(of verb: StoreVerb) async throws {
        func state(_ name: String) async throws -> JobState? { try await store.job(JobID(rawValue: name)!)?.state }
        switch verb {
        case .insert: #expect(try await [state("new-1"), state("new-2")] == [.available, .available])
        case .restore: #expect(try await state("moved") == .available)
        case .exchange:
            #expect(try await state("runs") == .completed)
            #expect(try await store.attempts(of: running.job.id)?.map(\.outcome) == [.success])
        case .renew: #expect(try await store.renew([running.token], lease: .seconds(60)) == Renewal())
        case .report: #expect(try await store.outputs(of: running.job.id).count == 1)
        case .promote: #expect(try await state("due") == .available)
        case .reclaim:
            #expect(try await state("lost") == .available)
            #expect(try await store.job(JobID(rawValue: "lost")!)?.rescues == 1)
        case .park: #expect(try await store.job(JobID(rawValue: "odd")!)?.parked != nil)
        case .cancel: #expect(try await state("waits") == .cancelled)
        case .retry: #expect(try await state("dead") == .available)
        case .prune: #expect(try await state("old") == nil)
        case .setPaused: #expect(try await store.queues().contains { $0.name == "other" && $0.isPaused })
        case .beat: #expect(try await store.nodes().map(\.identity.name) == ["alice", "bob"])
        case .leave: #expect(try await store.nodes() == [])
        case .ask: #expect(try await store.beat(Self.beat(Self.alice)).wish == .drain)
        }
    }

    /// Every job comes to its end, once; after the last one is pruned, nothing of any is left.
    func checkEnd() async throws {
        let owner = NodeIdentity(name: "last", incarnation: "1")
        let gone = Set(try await store.nodes().map(\.identity))
        guard let term = try await store.beat(Self.beat(owner, gone: gone)).term else {
            throw ConformanceFailure("no term after the gone have gone")
        }
        let now = Self.now + .seconds(100)
        _ = try await store.reclaim(under: term, now: now, limit: 100)
        _ = try await store.promote(under: term, now: now, limit: 100)
        _ = try await store.park(under: term, limit: 100)
        for round in ["first", "second"] {
            var request = Self.request("q", by: owner, nonce: round)
            request.demand["g"] = 100
            let leases = try await store.claim(request)
            #expect(try await store.settle(leases.map { end($0) }).allSatisfy { $0 == .settled(.completed) })
        }
        let jobs = try await jobs()
        #expect(jobs.allSatisfy { $0.state.isFinal })
        for job in jobs {
            let ends = try await store.attempts(of: job.id)?.compactMap(\.outcome) ?? []
            #expect(ends.count { $0 == .success } == (job.state == .completed ? 1 : 0), "\(job.id)")
        }
        // Of those that were acknowledged before the step; only `old` and `dead` are ever pruned.
        let there = Set(jobs.map(\.id.rawValue))
        #expect(["runs", "follows", "due", "waits", "lost", "odd"].filter { !there.contains($0) } == [])
        let times = [JobState.completed, .cancelled, .discarded].map { ($0, now + .seconds(1000)) }
        _ = try await store.prune(
            under: term, finishedBefore: Dictionary(uniqueKeysWithValues: times), now: now + .seconds(1000), limit: 100)
        let fixed: Set = ["clock", "epoch", "fired", "n", "nodes", "o:s", "owners", "parked", "paused", "seq", "term"]
        let left = try await store.keys().map { String($0.dropFirst(store.namespace.utf8.count + 3)) }
        #expect(left.filter { !fixed.contains($0) && !$0.hasPrefix("own:") } == [])
    }

    // MARK: Parts

    private static func new(
        _ name: String, kind: String = "scan", queue: String = "q", due: Timestamp? = nil, unique: UniqueHold? = nil
    ) -> NewJob {
        NewJob(
            record: JobRecord(
                id: JobID(rawValue: name)!, kind: kind, queue: queue, state: due == nil ? .available : .scheduled,
                priority: .normal, arguments: "{}", maxAttempts: 3, createdAt: now, scheduledAt: due ?? now,
                unique: unique))
    }

    private static var moved: JobSnapshot {
        let attempts = (1...3).map { number in
            JobSnapshot.EndedAttempt(
                record: AttemptRecord(
                    number: number, node: "n", startedAt: now, finishedAt: now, outcome: .failure,
                    error: JobFailure(code: "exit_1", message: "it broke")))
        }
        return JobSnapshot(record: new("moved").record, attempts: attempts)
    }

    private static func request(_ queue: String, by owner: NodeIdentity, nonce: String) -> ClaimRequest {
        ClaimRequest(
            owner: owner, demand: [queue: 100], kinds: ["scan": 1, "odd": owner.name == "last" ? 1 : 0], nonce: nonce,
            now: now + .seconds(10), lease: .seconds(60))
    }

    private static func beat(_ identity: NodeIdentity, gone: Set<NodeIdentity> = []) -> NodeBeat {
        let kinds = identity.name == "last" ? ["scan": 1, "odd": 1] : ["scan": 1]
        return NodeBeat(
            node: NodeRecord(identity: identity, startedAt: now, seenAt: now, kinds: kinds), lease: .seconds(3600),
            gone: gone)
    }

    private func end(_ lease: Lease) -> Settlement {
        var random = SeededGenerator(seed: 1)
        return Settlement(
            lease: lease, outcome: .success(result: nil), policy: RetryPolicy(), node: "n", startedAt: Self.now,
            now: Self.now + .seconds(20), cancelRequested: false, using: &random)
    }
}
