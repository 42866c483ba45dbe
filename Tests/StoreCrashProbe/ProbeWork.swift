import Glibc
import MainspringCore
import MainspringStore

/// Rounds in which every verb has something to write.
struct ProbeWork {
    let store: any JobStore
    private let ids = RandomIDSource()
    private var now = Timestamp(microseconds: 1_767_225_600_000_000)
    private var random = SystemRandomNumberGenerator()

    init(store: any JobStore) {
        self.store = store
    }

    mutating func round(_ number: Int) async throws {
        now = now + .seconds(1)
        try await insert(number)
        let owner = NodeIdentity(name: "probe", incarnation: "\(number)")
        let leases = try await claim(owner)
        _ = try await store.renew(leases.map(\.token), until: now + .seconds(60))
        // The first three end, each in its own way; the others are left to the next incarnation.
        try await settle(Array(leases.prefix(3)))
        now = now + .seconds(60)
        _ = try await store.promote(now: now, limit: 10)
        let next = NodeIdentity(name: "probe", incarnation: "\(number + 1)")
        _ = try await store.reclaim(owner: next, now: now, limit: 10)
        let cancelled = JobID(rawValue: "job-\(number)-4")!
        _ = try await store.cancel([cancelled], now: now)
        _ = try await store.retry(cancelled, now: now)
        _ = try await store.cancel([JobID(rawValue: "job-\(number)-5")!], now: now)
        try await store.setPaused(number % 2 == 0, queue: "other")
        say("pruning")
        _ = try await store.prune(finishedBefore: [.cancelled: now + .seconds(1)], limit: 10)
    }

    private func insert(_ number: Int) async throws {
        let jobs = (0..<6).map { index in
            NewJob(
                record: JobRecord(
                    id: JobID(rawValue: "job-\(number)-\(index)")!, kind: "probe", queue: "default", state: .available,
                    priority: .normal, arguments: "{}", maxAttempts: 3, createdAt: now, scheduledAt: now,
                    uniqueKey: "key-\(number)-\(index)", uniqueStates: [.scheduled, .available, .running, .retryable],
                    schedule: "s"),
                occurrence: index == 0 ? ScheduleOccurrence(schedule: "s", instant: now, skipsOverlap: false) : nil)
        }
        _ = try await store.insert([jobs], now: now)
        for job in jobs { say("inserted \(job.record.id)") }
    }

    private func claim(_ owner: NodeIdentity) async throws -> [Lease] {
        try await store.claim(
            ClaimRequest(
                owner: owner, demand: ["default": 5], kinds: ["probe"], nonce: ids.nonce(), now: now,
                leaseUntil: now + .seconds(60)))
    }

    private mutating func settle(_ leases: [Lease]) async throws {
        let failure = JobFailure(code: "exit_1", message: "it broke")
        let outcomes = [JobOutcome.success(result: "1"), .failure(failure), .snoozed(.seconds(5))]
        let settlements = zip(leases, outcomes).map { lease, outcome in
            Settlement(
                lease: lease, outcome: outcome, policy: RetryPolicy(), node: "probe", startedAt: now, now: now,
                cancelRequested: false, using: &random)
        }
        let results = try await store.settle(settlements)
        for (settlement, result) in zip(settlements, results)
        where result == .settled(.completed) {
            say("settled \(settlement.id)")
        }
    }

    /// Straight to the descriptor: what was said stays said after the kill.
    private func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = bytes.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    }
}
