public import MainspringCore

/// Where jobs live. Each verb is one atomic step: it happens whole or not at all, and a step that returned survives the
/// death of the process (except in the memory store).
///
/// Rules that every store keeps, and that `StoreConformance` checks:
/// - A write that belongs to an attempt carries its token; when the token no longer holds, nothing is written and the
///   answer says so.
/// - A job moves only along `JobState.canBecome`.
/// - Times come from the caller, who has the one clock.
///
/// Errors are `MainspringError` with a `store_…` code; after an error nothing of the step was written.
public protocol JobStore: Sendable {
    /// For metrics and messages: `sqlite`, `memory`.
    var name: String { get }

    /// Writes new jobs. Each group is one caller's request: all of its jobs are written, or none.
    ///
    /// Answers have the shape of the groups. When one job of a group is refused (``InsertResult/queueFull(limit:)``,
    /// ``InsertResult/idConflict``), the group's other new jobs answer ``InsertResult/notWritten``.
    ///
    /// A job is checked in this order: its occurrence, its id, overlap, its unique key, the queue's limit. An
    /// occurrence that meets a duplicate or an overlap counts as fired; one whose group was refused does not.
    func insert(_ groups: [[NewJob]], now: Timestamp) async throws -> [[InsertResult]]

    /// Hands out available jobs, smallest rank first, never more than asked for of a queue; none of a paused queue.
    ///
    /// Each lease gets a new token made of the request's nonce. Jobs of kinds that are not in the request stay where
    /// they are; a claim looks past them, so a long front of such jobs makes it slower.
    func claim(_ request: ClaimRequest) async throws -> [Lease]

    /// Moves the end of leases that still hold, and reports those that were lost and those whose job was asked to
    /// cancel.
    func renew(_ tokens: [AttemptToken], until: Timestamp) async throws -> Renewal

    /// Ends attempts, each with its token: the job's next state and the attempt's history row, in one step.
    ///
    /// A job whose unique key would collide in its new state keeps its transition and gives up the key: a retry is
    /// never refused. The same holds for claim, promote and reclaim. A job whose cancel was requested meanwhile becomes
    /// `cancelled` where the settlement would have it wait again. Answers are in the order of the settlements.
    func settle(_ settlements: [Settlement]) async throws -> [SettleResult]

    /// Makes due `scheduled` and `retryable` jobs available, longest due first, at most `limit` of them.
    func promote(now: Timestamp, limit: Int) async throws -> Promotion

    /// Takes jobs back whose owner is gone: those of other incarnations of `owner`'s node at once (its lock is held, so
    /// they are dead), those of other nodes when their lease ended before `now`. The cut attempt is recorded as
    /// interrupted, no attempt is used, the rescue is counted; a job whose cancel was requested becomes `cancelled`.
    /// Oldest jobs first.
    func reclaim(owner: NodeIdentity, now: Timestamp, limit: Int) async throws -> [ReclaimedJob]

    /// Waiting jobs end at once; a running one is marked and keeps its lease. In the order of the ids.
    func cancel(_ ids: [JobID], now: Timestamp) async throws -> [CancelResult]

    /// Makes a failed, cancelled, scheduled or retryable job available now, with at least one attempt left, whatever
    /// its queue's limit. Its last error stays.
    func retry(_ id: JobID, now: Timestamp) async throws -> RetryResult

    /// Removes final jobs that ended before their state's time, with their attempts, longest ended first; at most
    /// `limit`. Returns how many.
    func prune(finishedBefore: [JobState: Timestamp], limit: Int) async throws -> Int

    /// A paused queue takes jobs and hands out none. It stays paused across restarts.
    func setPaused(_ paused: Bool, queue: String) async throws

    func job(_ id: JobID) async throws -> JobRecord?
    /// Oldest first, the last ``StoreLimits/attemptsPerJob``; the attempt that runs now is last and has no outcome. Nil
    /// when there is no such job.
    func attempts(of id: JobID) async throws -> [AttemptRecord]?
    /// What finished attempts wrote, oldest first; none for those that wrote nothing.
    func outputs(of id: JobID) async throws -> [AttemptLog]
    /// Newest first.
    func jobs(matching query: JobQuery) async throws -> JobPage
    /// By name, from maintained counters, never a scan. Only queues that ever held a job or were paused.
    func queues() async throws -> [QueueSummary]
    /// The last instant that fired, by schedule.
    func lastOccurrences() async throws -> [String: Timestamp]

    /// Waits for running steps, then closes; later calls throw.
    func close() async throws
}
