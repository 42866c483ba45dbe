import MainspringCore
import MainspringStore

extension StoreTransaction {
    func park(under term: Term, limit: Int) throws -> Parking {
        try check(term)
        let known = KnownKinds(of: try NodeTable(database).live(at: steady).map(\.record))
        var parking = Parking()
        // What is parked already comes first, so that nothing is parked and looked at again in one step.
        for job in try parkedJobs(limit: limit) {
            let reason = known.parkReason(kind: job.kind, version: job.version)
            if reason != job.reason { try setParked(reason, job) }
            guard reason == nil else { continue }
            countParked(job.queue, -1)
            parking.released[job.queue, default: 0] += 1
        }
        let waiting = try statement("SELECT DISTINCT queue FROM mainspring_tally WHERE state = 2 AND n > 0").rows { $0.text(0) }
        for queue in waiting {
            for job in try unknownJobs(in: queue, known, limit: limit) {
                try setParked(known.parkReason(kind: job.kind, version: job.version), job)
                countParked(queue, 1)
                parking.parked += 1
            }
        }
        if parking != Parking() { news.insert(.work) }
        return parking
    }

    private struct ParkedJob {
        let seq: Int64
        let queue: String
        let kind: String
        let version: Int
        let reason: String?

        init(_ row: SQLRow) {
            seq = row.int(0)
            queue = row.text(1)
            kind = row.text(2)
            version = Int(row.int(3))
            reason = row.textOrNil(4)
        }
    }

    private func parkedJobs(limit: Int) throws -> [ParkedJob] {
        let sql = """
            SELECT seq, queue, kind, version, parked FROM mainspring_job INDEXED BY mainspring_job_parked
            WHERE parked IS NOT NULL ORDER BY seq LIMIT ?
            """
        return try statement(sql).bind(max(0, limit)).rows { ParkedJob($0) }
    }

    /// Of the first in the queue's line, those that no node can run.
    private func unknownJobs(in queue: String, _ known: KnownKinds, limit: Int) throws -> [ParkedJob] {
        let sql = """
            WITH known(name, newest) AS MATERIALIZED (SELECT key, value FROM json_each(?3)),
            line AS MATERIALIZED (
                SELECT seq, queue, kind, version, parked FROM mainspring_job INDEXED BY mainspring_job_available
                WHERE queue = ?1 AND state = 2 AND parked IS NULL ORDER BY rank, seq LIMIT ?2)
            SELECT * FROM line WHERE NOT EXISTS (SELECT 1 FROM known WHERE name = kind AND version <= newest)
            """
        return try statement(sql).bind(queue, max(0, limit), known.newest.jsonText).rows { ParkedJob($0) }
    }

    private func setParked(_ reason: String?, _ job: ParkedJob) throws {
        try statement("UPDATE mainspring_job SET parked = ?2 WHERE seq = ?1").bind(job.seq, reason).run()
        reach(.stepped)
    }
}
