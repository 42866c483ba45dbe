import MainspringCore
import MainspringStore

extension StoreTransaction {
    /// Reads every running job, of which there are as many as workers.
    func reclaim(under term: Term, now: Timestamp, limit: Int) throws -> [ReclaimedJob] {
        try check(term)
        let lost = try statement(Self.lost).bind(steady.now, steady.horizon, max(0, limit)).rows { try $0.stored() }
        guard !lost.isEmpty else { return [] }
        news.formUnion(.all)
        let history = try History(self)
        return try lost.map { try comeBack($0, now: now, history) }
    }

    private static let lost = """
        SELECT \(JobColumns.list) FROM mainspring_job INDEXED BY mainspring_job_running
        WHERE state = 3 AND (
            lease_until NOT BETWEEN ?1 AND ?2
            OR NOT EXISTS (
                SELECT 1 FROM mainspring_node AS node WHERE node.name = owner_node AND node.incarnation = owner_incarnation
                    AND node.until BETWEEN ?1 AND ?2))
        ORDER BY seq LIMIT ?3
        """

    private func comeBack(_ lost: StoredJob, now: Timestamp, _ history: History) throws -> ReclaimedJob {
        let (seq, job) = (lost.seq, lost.job)
        let hasLive = lost.marks.contains(.live)
        let rescues = job.rescues + 1
        var state: JobState = .available
        var error: JobFailure?
        if job.cancelRequestedAt != nil {
            state = .cancelled
        } else if rescues > job.maxRescues {
            state = .discarded
            error = .tooManyRescues(rescues)
        }
        let output = hasLive ? try liveOutput(of: seq) : nil
        let update = try statement(Self.comeBack).bind(
            seq, state, state.isFinal ? now : nil, error?.code, error?.message, error?.detail)
        try run(update, seq: seq)
        reach(.stepped)
        if hasLive { try removeLiveOutput(of: seq) }
        let cut = AttemptRecord(
            number: job.attempt + 1, node: job.node ?? "", startedAt: job.startedAt ?? now, finishedAt: now,
            outcome: .interrupted, error: error)
        try history.append(cut, output: output ?? AttemptOutput(), to: seq)
        try history.trim(seq)
        move(job.queue, from: .running, to: state)
        try moved(lost, to: state, now: now)
        return ReclaimedJob(id: job.id, kind: job.kind, queue: job.queue, state: state)
    }

    private static let comeBack = """
        UPDATE mainspring_job SET state = ?2, finished_at = ?3, rescues = rescues + 1,
            error_code = coalesce(?4, error_code), error_message = coalesce(?5, error_message),
            error_detail = iif(?4 IS NULL, error_detail, ?6),
            owner_node = NULL, owner_incarnation = NULL, token = NULL, lease_until = NULL, marks = marks & ~1,
            history = history + 1
        WHERE seq = ?1
        """
}
