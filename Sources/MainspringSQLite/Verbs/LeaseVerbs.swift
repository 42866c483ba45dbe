import MainspringCore
import MainspringStore

extension StoreTransaction {
    func renew(_ tokens: [AttemptToken], until: Timestamp) throws -> Renewal {
        let update = try statement(
            """
            UPDATE job SET lease_until = ?3 WHERE seq = ?1 AND token = ?2 AND state = 3
            RETURNING cancel_requested_at IS NOT NULL
            """)
        var renewal = Renewal()
        for token in tokens {
            var isCancelRequested: Bool?
            if let seq = token.seq {
                try update.bind(seq, token.rawValue, until).forEachRow { isCancelRequested = $0.int(0) != 0 }
                reach(.stepped)
            }
            switch isCancelRequested {
            case true?: renewal.cancelRequested.insert(token)
            case false?: break
            case nil: renewal.lost.insert(token)
            }
        }
        return renewal
    }

    func promote(now: Timestamp, limit: Int) throws -> Promotion {
        var promotion = Promotion()
        let due = try statement(
            """
            SELECT seq, queue, state FROM job INDEXED BY job_due
            WHERE state IN (1, 4) AND scheduled_at <= ? ORDER BY scheduled_at, seq LIMIT ?
            """
        ).bind(now, max(0, limit)).rows { ($0.int(0), $0.text(1), $0.int(2)) }
        let update = try statement("UPDATE job SET state = 2 WHERE seq = ?")
        for (seq, queue, code) in due {
            try run(update.bind(seq), seq: seq)
            move(queue, from: code == JobState.scheduled.code ? .scheduled : .retryable, to: .available)
            promotion.promoted[queue, default: 0] += 1
            reach(.stepped)
        }
        promotion.nextDue = try nextDue()
        return promotion
    }

    private func nextDue() throws -> Timestamp? {
        try statement(
            "SELECT scheduled_at FROM job INDEXED BY job_due WHERE state IN (1, 4) ORDER BY scheduled_at LIMIT 1"
        )
        .first { $0.time(0) }
    }

    /// Reads every running job, of which there are as many as workers.
    func reclaim(owner: NodeIdentity, now: Timestamp, limit: Int) throws -> [ReclaimedJob] {
        let lost = try statement(
            """
            SELECT \(JobColumns.list) FROM job INDEXED BY job_running WHERE state = 3
                AND CASE WHEN owner_node = ?1 THEN owner_incarnation <> ?2 ELSE lease_until < ?3 END
            ORDER BY seq LIMIT ?4
            """
        ).bind(owner.name, owner.incarnation, now, max(0, limit)).rows { ($0.seq, try $0.job()) }
        let update = try statement(
            """
            UPDATE job SET state = ?2, finished_at = ?3, rescues = rescues + 1,
                owner_node = NULL, owner_incarnation = NULL, token = NULL, lease_until = NULL
            WHERE seq = ?1
            """)
        let history = try History(self)
        return try lost.map { seq, job in
            let state: JobState = job.cancelRequestedAt == nil ? .available : .cancelled
            try run(update.bind(seq, state, state.isFinal ? now : nil), seq: seq)
            reach(.stepped)
            let cut = AttemptRecord(
                number: job.attempt + 1, node: job.node ?? "", startedAt: job.startedAt ?? now, finishedAt: now,
                outcome: .interrupted)
            try history.append(cut, output: AttemptOutput(), to: seq)
            move(job.queue, from: .running, to: state)
            return ReclaimedJob(id: job.id, kind: job.kind, queue: job.queue, state: state)
        }
    }
}
