import MainspringCore
import MainspringStore

extension StoreTransaction {
    func park(under term: Term, limit: Int) throws -> Parking {
        try check(term)
        let known = KnownKinds(of: try NodeTable(database).live(at: steady).map(\.record))
        var parking = Parking()
        // Also behind many that none knows: else those would keep it parked for ever.
        for (seq, queue) in try knownJobs(known, limit: limit) {
            try setParked(nil, seq)
            countParked(queue, -1)
            parking.released[queue, default: 0] += 1
        }
        let waiting = try statement("SELECT DISTINCT queue FROM mainspring_tally WHERE state = 2 AND n > 0").rows {
            $0.text(0)
        }
        for queue in waiting {
            for (seq, reason) in try unknownJobs(in: queue, known, limit: limit) {
                try setParked(reason, seq)
                countParked(queue, 1)
                parking.parked += 1
            }
        }
        if parking != Parking() { news.insert(.work) }
        return parking
    }

    /// Of the parked ones, those that a node can run by now.
    private func knownJobs(_ known: KnownKinds, limit: Int) throws -> [(seq: Int64, queue: String)] {
        let sql = """
            WITH known(name, newest) AS MATERIALIZED (SELECT key, value FROM json_each(?1))
            SELECT seq, queue FROM known CROSS JOIN mainspring_job AS job INDEXED BY mainspring_job_parked
            WHERE job.parked IS NOT NULL AND job.kind = name AND job.version <= newest ORDER BY seq LIMIT ?2
            """
        return try statement(sql).bind(known.newest.jsonText, max(0, limit)).rows { ($0.int(0), $0.text(1)) }
    }

    /// Of the first in the queue's line, those that no node can run.
    private func unknownJobs(
        in queue: String, _ known: KnownKinds, limit: Int
    ) throws -> [(seq: Int64, reason: String?)] {
        let sql = """
            WITH known(name, newest) AS MATERIALIZED (SELECT key, value FROM json_each(?3)),
            line AS MATERIALIZED (
                SELECT seq, kind, version FROM mainspring_job INDEXED BY mainspring_job_available
                WHERE queue = ?1 AND state = 2 AND parked IS NULL ORDER BY rank, seq LIMIT ?2)
            SELECT * FROM line WHERE NOT EXISTS (SELECT 1 FROM known WHERE name = kind AND version <= newest)
            """
        return try statement(sql).bind(queue, max(0, limit), known.newest.jsonText).rows { row in
            (row.int(0), known.parkReason(kind: row.text(1), version: Int(row.int(2))))
        }
    }

    private func setParked(_ reason: String?, _ seq: Int64) throws {
        try statement("UPDATE mainspring_job SET parked = ?2 WHERE seq = ?1").bind(seq, reason).run()
        reach(.stepped)
    }
}
