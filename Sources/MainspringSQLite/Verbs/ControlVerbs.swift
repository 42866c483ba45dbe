import MainspringCore
import MainspringStore

extension StoreTransaction {
    func cancel(_ ids: [JobID], now: Timestamp) throws -> [CancelResult] {
        try ids.map { id in
            guard let (seq, job) = try find(id) else { return .notFound }
            guard !job.state.isFinal else { return .alreadyFinal(job) }
            news.formUnion(.all)
            if job.state == .running {
                try statement(Self.markCancelled).bind(seq, now).run()
                reach(.stepped)
                return .requested(try changed(id))
            }
            try run(statement(Self.cancel).bind(seq, now), seq: seq)
            move(job.queue, from: job.state, to: .cancelled)
            if job.parked != nil { countParked(job.queue, -1) }
            reach(.stepped)
            try letGo(job.unique, from: job.state, to: .cancelled)
            return .cancelled(try changed(id))
        }
    }

    private static let markCancelled = """
        UPDATE mainspring_job SET cancel_requested_at = coalesce(cancel_requested_at, ?2) WHERE seq = ?1
        """

    private static let cancel = """
        UPDATE mainspring_job SET state = 6, finished_at = ?2, cancel_requested_at = coalesce(cancel_requested_at, ?2),
            parked = NULL
        WHERE seq = ?1
        """

    func retry(_ id: JobID, now: Timestamp) throws -> RetryResult {
        guard let (seq, job) = try find(id) else { return .notFound }
        guard [.discarded, .cancelled, .scheduled, .retryable].contains(job.state) else { return .notAllowed(job) }
        // It waits for no other job any more.
        let hold = job.unique?.released
        if let hold, hold.states.contains(.available), let holder = try holder(of: hold.key), holder.seq != seq {
            return .duplicate(of: holder.job.id)
        }
        try statement(Self.retry).bind(
            seq, now, job.priority.rank(availableAt: now), hold.mask, hold.ruleCode, hold?.until, hold?.key
        ).run()
        move(job.queue, from: job.state, to: .available)
        news.insert(.work)
        reach(.stepped)
        try letGo(job.unique, from: job.state, to: .available)
        return .retried(try changed(id))
    }

    private static let retry = """
        UPDATE mainspring_job SET state = 2, scheduled_at = ?2, rank = ?3, max_attempts = max(max_attempts, attempt + 1),
            max_rescues = max(max_rescues, rescues + 1), deadline = iif(deadline <= ?2, NULL, deadline), finished_at = NULL,
            cancel_requested_at = NULL, result = NULL, unique_mask = ?4, unique_rule = ?5, unique_until = ?6,
            unique_key = ?7
        WHERE seq = ?1
        """

    func setPaused(_ paused: Bool, queue: String) throws {
        let sql = """
            INSERT INTO mainspring_queue (name, paused) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET paused = excluded.paused
            """
        try statement(sql).bind(queue, paused ? 1 : 0).run()
        news.insert(.work)
        reach(.stepped)
    }

    private func changed(_ id: JobID) throws -> JobRecord {
        guard let job = try find(id)?.job else { throw StoreFailure.damaged("a job left its index") }
        return job
    }
}
