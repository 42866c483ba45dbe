import MainspringCore
import MainspringStore

extension StoreTransaction {
    func promote(under term: Term, now: Timestamp, limit: Int) throws -> Promotion {
        try check(term)
        let due = try statement(Self.due).bind(now, max(0, limit)).rows { row in
            DueJob(
                seq: row.int(0), queue: row.text(1), code: row.int(2),
                marked: row.int(3) == 0 ? nil : JobID(rawValue: row.text(4)))
        }
        let update = try statement("UPDATE mainspring_job SET state = 2 WHERE seq = ?")
        var promotion = Promotion()
        for job in due {
            let before = try job.marked.flatMap(find)
            try run(update.bind(job.seq), seq: job.seq)
            move(job.queue, from: job.code == JobState.scheduled.code ? .scheduled : .retryable, to: .available)
            promotion.promoted[job.queue, default: 0] += 1
            news.insert(.work)
            reach(.stepped)
            if let before { try moved(before, to: .available, now: now) }
        }
        promotion.nextDue = try statement(Self.nextDue).first { $0.time(0) }
        return promotion
    }

    private struct DueJob {
        let seq: Int64
        let queue: String
        let code: Int64
        /// Nil for most: nobody waits for those.
        let marked: JobID?
    }

    private static let due = """
        SELECT seq, queue, state, marks, id FROM mainspring_job INDEXED BY mainspring_job_due
        WHERE state IN (1, 4) AND scheduled_at <= ? ORDER BY scheduled_at, seq LIMIT ?
        """

    private static let nextDue = """
        SELECT scheduled_at FROM mainspring_job INDEXED BY mainspring_job_due WHERE state IN (1, 4)
        ORDER BY scheduled_at LIMIT 1
        """
}
