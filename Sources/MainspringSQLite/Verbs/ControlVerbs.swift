import MainspringCore
import MainspringStore

extension StoreTransaction {
    func cancel(_ ids: [JobID], now: Timestamp) throws -> [CancelResult] {
        try ids.map { id in
            guard let found = try find(id) else { return .notFound }
            let (seq, job) = (found.seq, found.job)
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
            // It waits for no other job any more, also when it is retried.
            if job.state == .pending { try setHold(job.unique?.released, of: seq) }
            try moved(found, to: .cancelled, now: now)
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
        guard let found = try find(id) else { return .notFound }
        let (seq, job) = (found.seq, found.job)
        guard [.discarded, .cancelled, .scheduled, .retryable].contains(job.state) else { return .notAllowed(job) }
        if let hold = job.unique, hold.states.contains(.available),
            let holder = try holder(of: hold.key, now: now, besides: seq)
        {
            return .duplicate(of: holder.job.id)
        }
        try statement(Self.retry).bind(seq, now, job.priority.rank(availableAt: now)).run()
        move(job.queue, from: job.state, to: .available)
        news.insert(.work)
        reach(.stepped)
        try moved(found, to: .available, now: now)
        return .retried(try changed(id))
    }

    /// One whose time is over lets it go.
    func holder(of key: String, now: Timestamp, besides seq: Int64? = nil) throws -> StoredJob? {
        guard let found = try holder(of: key), found.seq != seq else { return nil }
        guard let until = found.job.unique?.until, until <= now else { return found }
        try free(found, now: now)
        // The job that waited for it may hold it now.
        return try holder(of: key)
    }

    private static let retry = """
        UPDATE mainspring_job SET state = 2, scheduled_at = ?2, rank = ?3, max_attempts = max(max_attempts, attempt + 1),
            max_rescues = max(max_rescues, rescues + 1), deadline = iif(deadline <= ?2, NULL, deadline), finished_at = NULL,
            cancel_requested_at = NULL, result = NULL
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
