import MainspringCore
import MainspringStore

extension StoreTransaction {
    func claim(_ request: ClaimRequest) throws -> [Lease] {
        let paused = try pausedQueues()
        let kinds = request.kinds.keys.jsonText
        var claimed: [(rank: Int64, seq: Int64, lease: Lease)] = []
        claimed.reserveCapacity(request.demand.values.reduce(0) { $0 + max(0, min($1, 1000)) })
        for (queue, slots) in request.demand.sorted(by: { $0.key < $1.key }) where slots > 0 && !paused.contains(queue)
        {
            let before = claimed.count
            try claim(queue: queue, slots: slots, kinds: kinds, for: request) { row in
                let token = AttemptToken(rawValue: "\(request.nonce).\(row.seq)")
                let lease = Lease(job: try row.job(), token: token)
                claimed.append((row.int(JobColumns.count), row.seq, lease))
            }
            move(queue, from: .available, to: .running, count: claimed.count - before)
            reach(.stepped)
        }
        claimed.sort { ($0.rank, $0.seq) < ($1.rank, $1.seq) }
        return claimed.map(\.lease)
    }

    /// The front of a queue; its parameters are ?1 to ?3 so that it also stands alone.
    private static let front = """
        SELECT seq FROM job INDEXED BY job_available
        WHERE queue = ?1 AND state = 2 AND kind IN (SELECT value FROM json_each(?2)) ORDER BY rank, seq LIMIT ?3
        """

    private static func take(_ jobs: String) -> String {
        """
        UPDATE job SET state = 3, started_at = ?4, owner_node = ?5, owner_incarnation = ?6, token = ?7 || seq, lease_until = ?8
        WHERE \(jobs) RETURNING \(JobColumns.list), rank
        """
    }

    private func claim(
        queue: String, slots: Int, kinds: String, for request: ClaimRequest, _ body: (SQLRow) throws -> Void
    ) throws {
        let owner = request.owner
        let all = try statement(Self.take("seq IN (\(Self.front))")).bind(
            queue, kinds, slots, request.now, owner.name, owner.incarnation, request.nonce + ".", request.now)
        // The statement does all of its writes before it answers with the first row.
        if try all.unlessConflict({ try all.forEachRow(body) }) != nil { return }

        // Somewhere in the batch a job meets another that holds its unique key: one by one, the oldest first,
        // which is the order in which the statement above takes them too.
        let seqs = try statement(Self.front).bind(queue, kinds, slots).rows { $0.seq }.sorted()
        let one = try statement(Self.take("seq = ?1"))
        for seq in seqs {
            let bound = try one.bind(
                seq, 0, 0, request.now, owner.name, owner.incarnation, request.nonce + ".", request.now)
            if try bound.unlessConflict({ try bound.forEachRow(body) }) == nil {
                try statement("UPDATE job SET unique_key = NULL WHERE seq = ?").bind(seq).run()
                try bound.forEachRow(body)
            }
        }
    }

    private func pausedQueues() throws -> Set<String> {
        Set(try statement("SELECT name FROM queue WHERE paused <> 0").rows { $0.text(0) })
    }
}
