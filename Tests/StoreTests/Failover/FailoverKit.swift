import MainspringCore
import MainspringTesting
import Synchronization
import Testing

@testable import MainspringStore

/// A failover store over a server and a spool in memory, in virtual time.
final class FailoverKit: Sendable {
    let time: ManualTime
    let server: FlakyServer
    let spool: any Spool
    let store: FailoverStore
    private let statuses: Statuses
    private let count = Mutex(0)
    private let executor: TurnExecutor

    static let node = NodeIdentity(name: "n1", incarnation: "life-1")

    private final class Statuses: Sendable {
        let all = Mutex<[FailoverStatus]>([])
    }

    /// What ``FailoverStore`` told, in order.
    var told: [FailoverStatus] { statuses.all.withLock { $0 } }

    init(
        _ executor: TurnExecutor, time: ManualTime = ManualTime(), server: FlakyServer? = nil,
        spool: (any Spool)? = nil, whileAway: WhileAway = .hold
    ) async throws {
        self.executor = executor
        self.time = time
        self.server = server ?? FlakyServer(time: time)
        self.spool = spool ?? MemorySpool()
        let statuses = Statuses()
        self.statuses = statuses
        store = try await FailoverStore(
            primary: self.server, spool: self.spool, whileAway: whileAway, time: time,
            begin: { body in Task(executorPreference: executor) { await body() } },
            onChange: { status in statuses.all.withLock { $0.append(status) } })
    }

    /// Everything happens by turns, one task at a time, whatever the machine's load.
    static func run(whileAway: WhileAway = .hold, _ body: (FailoverKit) async throws -> Void) async throws {
        let executor = TurnExecutor()
        defer { executor.stop() }
        try await executor.run { try await body(FailoverKit(executor, whileAway: whileAway)) }
    }

    /// Until everything waits for time.
    func rest() async { await executor.idle() }

    /// Another life of the node, which died as it stood.
    func reborn(whileAway: WhileAway = .hold) async throws -> FailoverKit {
        try await FailoverKit(executor, time: time, server: server, spool: spool, whileAway: whileAway)
    }

    /// A task among those of the store.
    func task<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) -> Task<Value, any Error> {
        executor.task(body)
    }

    /// The same with another spool.
    func with(_ spool: any Spool) async throws -> FailoverKit {
        try await FailoverKit(executor, time: time, server: server, spool: spool)
    }

    /// With the replay, which ends with `body`.
    func running(_ body: () async throws -> Void) async throws {
        let task = Task(executorPreference: executor) { [store] in await store.run() }
        let result: Result<Void, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        task.cancel()
        await task.value
        try result.get()
    }

    /// Lets time go by until the store is like that; at most a minute of it.
    func until(
        _ what: String, sourceLocation: SourceLocation = #_sourceLocation, _ holds: (FailoverStatus) -> Bool
    ) async {
        for _ in 0..<3000 {
            await rest()
            if holds(store.status) { return }
            time.advance(by: .milliseconds(20))
        }
        Issue.record("\(what): \(store.status)", sourceLocation: sourceLocation)
    }

    func back(sourceLocation: SourceLocation = #_sourceLocation) async {
        await until("it goes back to the server", sourceLocation: sourceLocation) { $0.state == .primary }
    }

    // MARK: Jobs

    func new(
        _ id: String? = nil, kind: String = "work", queue: String = "q", arguments: String = "{}", key: String? = nil,
        rule: UniqueConflict = .reject, maxAttempts: Int = 3
    ) -> NewJob {
        let number = count.withLock { count in
            count += 1
            return count
        }
        let now = time.now()
        let states: Set<JobState> = [.pending, .scheduled, .available, .running, .retryable]
        return NewJob(
            record: JobRecord(
                id: JobID(rawValue: id ?? "j\(number)")!, kind: kind, queue: queue, state: .available,
                priority: .normal, arguments: arguments, maxAttempts: maxAttempts, createdAt: now, scheduledAt: now,
                unique: key.map { UniqueHold(key: $0, states: states, onConflict: rule) }))
    }

    @discardableResult
    func add(_ jobs: NewJob...) async throws -> [InsertResult] {
        try await store.insert([jobs], now: time.now()).first ?? []
    }

    func request(_ slots: Int = 10, nonce: String = "nonce") -> ClaimRequest {
        ClaimRequest(
            owner: Self.node, demand: ["q": slots], kinds: ["work": 1], nonce: nonce, now: time.now(),
            lease: .seconds(30))
    }

    func claim(_ slots: Int = 10, nonce: String = "nonce") async throws -> [Lease] {
        try await store.claim(request(slots, nonce: nonce))
    }

    func end(_ lease: Lease, _ outcome: JobOutcome = .success(result: "1")) -> Settlement {
        var random = SeededGenerator(seed: 1)
        return Settlement(
            lease: lease, outcome: outcome, policy: RetryPolicy(maxAttempts: 3, base: .seconds(10)),
            node: Self.node.name, startedAt: lease.job.startedAt ?? time.now(), now: time.now(),
            cancelRequested: false, using: &random)
    }

    /// What the server holds.
    func onServer(_ id: JobID) async throws -> JobRecord? { try await server.current.job(id) }

    func states() async throws -> [String: JobState] {
        let jobs = try await server.current.jobs(matching: JobQuery(limit: 1000)).jobs
        return Dictionary(uniqueKeysWithValues: jobs.map { ($0.id.rawValue, $0.state) })
    }
}
