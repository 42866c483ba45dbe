import MainspringCore
import MainspringStore

extension StoreTransaction {
    func cancel(_ ids: [JobID], now: Timestamp) throws -> [CancelResult] {
        let mark = try statement(
            "UPDATE job SET cancel_requested_at = coalesce(cancel_requested_at, ?2) WHERE seq = ?1")
        let end = try statement(
            """
            UPDATE job SET state = 6, finished_at = ?2, cancel_requested_at = coalesce(cancel_requested_at, ?2) WHERE seq = ?1
            """)
        return try ids.map { id in
            guard let (seq, job) = try find(id) else { return .notFound }
            guard !job.state.isFinal else { return .alreadyFinal(job) }
            let isRunning = job.state == .running
            if isRunning {
                try mark.bind(seq, now).run()
            } else {
                try run(end.bind(seq, now), seq: seq)
                move(job.queue, from: job.state, to: .cancelled)
            }
            reach(.stepped)
            guard let changed = try find(id)?.job else { throw StoreFailure.damaged("a job left its index") }
            return isRunning ? .requested(changed) : .cancelled(changed)
        }
    }

    func retry(_ id: JobID, now: Timestamp) throws -> RetryResult {
        guard let (seq, job) = try find(id) else { return .notFound }
        guard [.discarded, .cancelled, .scheduled, .retryable].contains(job.state) else { return .notAllowed(job) }
        let update = try statement(
            """
            UPDATE job SET state = 2, scheduled_at = ?2, rank = ?3, max_attempts = max(max_attempts, attempt + 1),
                finished_at = NULL, cancel_requested_at = NULL, result = NULL
            WHERE seq = ?1
            """
        ).bind(seq, now, job.priority.rank(availableAt: now))
        guard try update.runUnlessConflict() != nil else {
            guard let holder = try job.unique.flatMap({ try holder(of: $0.key) }) else {
                throw StoreFailure.damaged("an index holds a job that is not there")
            }
            return .duplicate(of: holder.job.id)
        }
        move(job.queue, from: job.state, to: .available)
        reach(.stepped)
        guard let changed = try find(id)?.job else { throw StoreFailure.damaged("a job left its index") }
        return .retried(changed)
    }

    func prune(finishedBefore: [JobState: Timestamp], limit: Int) throws -> Int {
        let find = try statement(
            """
            SELECT seq, queue FROM job INDEXED BY job_final
            WHERE state >= 5 AND state = ? AND finished_at < ? ORDER BY finished_at, seq LIMIT ?
            """)
        let removeAttempts = try statement("DELETE FROM attempt WHERE job = ?")
        let removeJob = try statement("DELETE FROM job WHERE seq = ?")
        var left = max(0, limit)
        for state in JobState.allCases where state.isFinal {
            guard left > 0, let time = finishedBefore[state] else { continue }
            for (seq, queue) in try find.bind(state, time, left).rows({ ($0.int(0), $0.text(1)) }) {
                try removeAttempts.bind(seq).run()
                reach(.stepped)
                try removeJob.bind(seq).run()
                reach(.stepped)
                count(queue, state, -1)
                left -= 1
            }
        }
        return max(0, limit) - left
    }

    func setPaused(_ paused: Bool, queue: String) throws {
        try statement(
            "INSERT INTO queue (name, paused) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET paused = excluded.paused"
        )
        .bind(queue, paused ? 1 : 0).run()
        reach(.stepped)
    }

    private func find(_ id: JobID) throws -> (seq: Int64, job: JobRecord)? {
        try statement("SELECT \(JobColumns.list) FROM job WHERE id = ?").bind(id).first { ($0.seq, try $0.job()) }
    }
}
