import MainspringCore
import MainspringStore

extension StoreTransaction {
    func claim(_ request: ClaimRequest) throws -> [Lease] {
        guard !request.kinds.isEmpty, request.demand.contains(where: { $0.value > 0 }) else { return [] }
        let paused = try pausedQueues()
        let front = try ClaimFront(self, kinds: request.kinds)
        let take = try statement(Self.take).bind(
            0, request.now, request.owner.name, request.owner.incarnation, request.nonce + ".",
            steady.end(after: request.lease))
        var demand = request.demand
        var claimed = request.unanswered.isEmpty ? [] : try handAgain(&demand, request)
        for (queue, slots) in demand.sorted(by: { $0.key < $1.key })
        where slots > 0 && !paused.contains(queue) {
            var found = try front.jobs(in: queue, slots: slots)
            guard !found.isEmpty else { continue }
            // The oldest first, so that it is the one that keeps a key that two of them would hold.
            for place in found.indices.sorted(by: { found[$0].stored.seq < found[$1].stored.seq }) {
                try self.take(&found[place], take, for: request)
            }
            move(queue, from: .available, to: .running, count: found.count)
            claimed += found
        }
        if request.demand.count > 1 || !request.unanswered.isEmpty {
            claimed.sort { ($0.rank, $0.stored.seq) < ($1.rank, $1.stored.seq) }
        }
        return claimed.map { job in
            Lease(job: job.stored.job, token: AttemptToken(rawValue: "\(request.nonce).\(job.stored.seq)"))
        }
    }

    /// What earlier requests of the owner were handed, as far as there is demand for it.
    private func handAgain(_ demand: inout [String: Int], _ request: ClaimRequest) throws -> [ClaimedJob] {
        let lost = try statement(Self.unanswered)
            .bind(request.owner.name, request.owner.incarnation, request.unanswered.jsonText)
            .rows { row in
                ClaimedJob(rank: row.int(JobColumns.count), stored: try row.stored())
            }
        let end = steady.end(after: request.lease)
        let hand = try statement("UPDATE mainspring_job SET token = ?2 || seq, lease_until = ?3 WHERE seq = ?1")
        return try lost.filter { job in
            guard let slots = demand[job.stored.job.queue], slots > 0 else { return false }
            demand[job.stored.job.queue] = slots - 1
            try hand.bind(job.stored.seq, request.nonce + ".", end).run()
            reach(.stepped)
            return true
        }
    }

    private static let unanswered = """
        SELECT \(JobColumns.list), rank FROM mainspring_job
        WHERE state = 3 AND owner_node = ?1 AND owner_incarnation = ?2
            AND EXISTS (SELECT 1 FROM json_each(?3) WHERE token = value || '.' || seq)
        ORDER BY rank, seq
        """

    private func pausedQueues() throws -> Set<String> {
        Set(try statement("SELECT name FROM mainspring_queue WHERE paused <> 0").rows { $0.text(0) })
    }

    /// All but the first binding are the same for every job of the request.
    private static let take = """
        UPDATE mainspring_job SET state = 3, started_at = ?2, owner_node = ?3, owner_incarnation = ?4, token = ?5 || seq,
            lease_until = ?6, heartbeat_at = NULL, progress = NULL, progress_message = NULL
        WHERE seq = ?1
        """

    private func take(_ claimed: inout ClaimedJob, _ update: SQLStatement, for request: ClaimRequest) throws {
        let before = claimed.stored
        try update.set(1, before.seq)
        if try update.runUnlessConflict() == nil {
            try setHold(nil, of: before.seq)
            try update.run()
            claimed.stored.job.unique = nil
        }
        reach(.stepped)
        claimed.stored.job.state = .running
        claimed.stored.job.startedAt = request.now
        claimed.stored.job.node = request.owner.name
        claimed.stored.job.progress = nil
        claimed.stored.job.heartbeatAt = nil
        try moved(before, to: .running, now: request.now)
    }
}
