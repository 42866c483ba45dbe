import MainspringCore
import MainspringStore

extension StoreProbe {
    func request(
        _ slots: Int = 100, queue: String = "default", kinds: [String: Int] = ["scan": 1],
        by owner: NodeIdentity = alice, nonce: String = "n", now: Double = 0, lease: Double = 60
    ) -> ClaimRequest {
        ClaimRequest(
            owner: owner, demand: [queue: slots], kinds: kinds, nonce: nonce, now: at(now),
            lease: .milliseconds(Int64(lease * 1000)))
    }

    func claim(
        _ slots: Int = 100, queue: String = "default", kinds: [String: Int] = ["scan": 1],
        by owner: NodeIdentity = alice, nonce: String = "n", now: Double = 0, lease: Double = 60
    ) async throws -> [Lease] {
        try await store.claim(
            request(slots, queue: queue, kinds: kinds, by: owner, nonce: nonce, now: now, lease: lease))
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
        var random = SeededGenerator(seed: 1)
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

    func report(
        _ lease: Lease, progress: JobProgress? = nil, output: AttemptOutput? = nil, now: Double = 1
    ) async throws -> ReportResult {
        let report = AttemptReport(id: lease.job.id, token: lease.token, progress: progress, output: output)
        let results = try await store.report([report], now: at(now))
        guard results.count == 1 else { throw ConformanceFailure("one answer per report") }
        return results[0]
    }

    /// The attempt as the maker of another job.
    func parent(_ lease: Lease) -> ParentAttempt { ParentAttempt(id: lease.job.id, token: lease.token) }
}
