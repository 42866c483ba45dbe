public import MainspringCore

/// Where jobs live. Each verb is one atomic step: it happens whole or not at all, and a step that returned survives the
/// death of the process (except in the memory store).
///
/// Rules that every store keeps, and that `StoreConformance` checks:
/// - A write that belongs to an attempt carries its token; when the token no longer holds, nothing is written and the
///   answer says so.
/// - A write that only the leader may make carries its term; under an older one nothing is written, and `stale_term` is
///   thrown.
/// - A job moves only along `JobState.canBecome`.
/// - Times of jobs come from the caller. Leases are counted in the store's own time, which never jumps.
///
/// Errors are `MainspringError` with a `store_…` code, or `stale_term`; after an error nothing of the step was written.
public protocol JobStore: Sendable {
    /// For metrics and messages: `sqlite`, `memory`.
    var name: String { get }

    /// How many exchanges a node keeps under way: 2 where it waits for the way there and back, else 1 (default).
    var exchangesAtOnce: Int { get }

    // MARK: Jobs come and run

    /// Writes new jobs. Each group is one caller's request: all of its jobs are written, or none.
    ///
    /// Answers have the shape of the groups. When one job of a group is refused (``InsertResult/isRefusal``), the group's
    /// other new jobs answer ``InsertResult/notWritten``.
    ///
    /// A job is checked in this order: its occurrence's term, its parent's token, its occurrence, its id, overlap, its unique
    /// key, the queue's limit. An occurrence that meets a duplicate or an overlap counts as fired; one whose group was refused
    /// does not.
    func insert(_ groups: [[NewJob]], now: Timestamp) async throws -> [[InsertResult]]

    /// Ends attempts, then hands out available jobs into the slots: both in one step, each part may be empty.
    ///
    /// A settlement writes, under its token, the job's next state and the attempt's history row. A job whose unique key would
    /// collide in its new state keeps its transition and gives up the key: a retry is never refused. The same holds for claim,
    /// promote and reclaim. A job that waited for the end of a key's holder (`pending`) waits no longer once that has ended or let
    /// go of the key: it is `scheduled` when its time is yet to come, else `available`. A job whose cancel was requested meanwhile becomes `cancelled` where the settlement would have it
    /// wait again. Answers are in the order of the settlements.
    ///
    /// A claim hands out the smallest rank first, never more than asked for of a queue; none of a paused queue, none that is
    /// parked. Each lease gets a new token made of the request's nonce, and ends after the request's `lease` unless it is
    /// renewed. What the owner was handed before, and does not know of, comes first (``ClaimRequest/unanswered``). Jobs of kinds or versions that are not in the request stay where they are; a claim looks past them, so a long
    /// front of such jobs makes it slower until they are parked.
    func exchange(_ settlements: [Settlement], claiming request: ClaimRequest?) async throws -> Exchange

    /// Moves the end of leases that still hold to `lease` from now, and reports those that were lost and those whose job was
    /// asked to cancel.
    func renew(_ tokens: [AttemptToken], lease: Duration) async throws -> Renewal

    /// Writes what running attempts tell of themselves, each under its token. In the order of the reports.
    func report(_ reports: [AttemptReport], now: Timestamp) async throws -> [ReportResult]

    /// Writes jobs as they stand, with their history: from another store, or made while this one was away. Whatever its queue's
    /// limit, and one after the other, so that a second one of the same id is a duplicate. None is parked.
    ///
    /// A key that another holds is given up by a job that has ended, and by one whose time with it is over; any other yields
    /// (``RestoreResult/yielded(to:)``). A `pending` job whose key's holder is not there, or has ended, waits no longer; so it
    /// belongs behind its holder.
    ///
    /// A schedule whose last occurrence is older than its instant in `fired`, or which has none, counts as fired then.
    func restore(_ jobs: [JobSnapshot], fired: [String: Timestamp], now: Timestamp) async throws -> [RestoreResult]

    // MARK: People ask

    /// Waiting jobs end at once; a running one is marked and keeps its lease. In the order of the ids.
    func cancel(_ ids: [JobID], now: Timestamp) async throws -> [CancelResult]

    /// Makes a failed, cancelled, scheduled or retryable job available now, with at least one attempt and one rescue left,
    /// whatever its queue's limit. Its last error stays; a deadline that is over is lifted.
    func retry(_ id: JobID, now: Timestamp) async throws -> RetryResult

    /// A paused queue takes jobs and hands out none. It stays paused across restarts.
    func setPaused(_ paused: Bool, queue: String) async throws

    // MARK: The leader's work

    /// Makes due `scheduled` and `retryable` jobs available, longest due first, at most `limit` of them.
    func promote(under term: Term, now: Timestamp, limit: Int) async throws -> Promotion

    /// Takes jobs back whose owner is no live node, or whose lease is over; oldest jobs first.
    ///
    /// The cut attempt is recorded as interrupted with what it had reported, no attempt is used, the rescue is counted. A job
    /// whose cancel was requested becomes `cancelled`; one with more rescues than its `maxRescues`, `discarded` with the code
    /// `too_many_rescues`; any other `available`, in its old place.
    func reclaim(under term: Term, now: Timestamp, limit: Int) async throws -> [ReclaimedJob]

    /// Parks available jobs whose kind or version no live node knows, among the first `limit` of each queue's line; and puts
    /// back into line at most `limit` parked jobs that one knows by now, oldest first, however many stay parked before them.
    func park(under term: Term, limit: Int) async throws -> Parking

    /// Removes final jobs that ended before their state's time, with their attempts: state by state, longest ended
    /// first, at most `limit` in all. A job that still holds its unique key for a period stays. Returns how many.
    func prune(under term: Term, finishedBefore: [JobState: Timestamp], now: Timestamp, limit: Int) async throws -> Int

    // MARK: Nodes

    /// Says that a node lives, for `lease` from now; and issues or renews the term.
    ///
    /// Nodes that the caller found dead (`gone`) and those whose lease is over are forgotten. The term goes to the caller when
    /// it wants it and no other live node holds it: the same number while it stays with the node, a greater one after every
    /// change. A beat under a name that another live incarnation has is refused, and writes nothing but the end of the gone.
    func beat(_ beat: NodeBeat) async throws -> BeatAnswer

    /// The node ended in order: it is forgotten, with its term. Nothing happens when it is not known.
    func leave(_ identity: NodeIdentity) async throws

    /// Leaves a wish for a node, which its next beat gets; the last one stays. False when there is no live node of that name.
    func ask(_ wish: NodeWish, of node: String) async throws -> Bool

    /// Live nodes, by name.
    func nodes() async throws -> [NodeRecord]

    /// Sets what is called when somebody else who uses the store wrote something: other processes, or other handles of the same
    /// store; never for writes through this handle. Soon after the commit, on any thread; it must not block. Kinds are those
    /// that may concern somebody; a call may come without need.
    func onNews(_ handler: (@Sendable (StoreNews) -> Void)?)

    // MARK: Questions

    func job(_ id: JobID) async throws -> JobRecord?
    /// Oldest first, the last ``StoreLimits/attemptsPerJob``; the attempt that runs now is last and has no outcome. Nil
    /// when there is no such job.
    func attempts(of id: JobID) async throws -> [AttemptRecord]?
    /// What attempts wrote, oldest first, the running one as far as it reported; none for those that wrote nothing.
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

extension JobStore {
    public var exchangesAtOnce: Int { 1 }

    /// ``exchange(_:claiming:)`` without a claim.
    public func settle(_ settlements: [Settlement]) async throws -> [SettleResult] {
        try await exchange(settlements, claiming: nil).settled
    }

    /// ``exchange(_:claiming:)`` without settlements.
    public func claim(_ request: ClaimRequest) async throws -> [Lease] {
        try await exchange([], claiming: request).leases
    }
}
