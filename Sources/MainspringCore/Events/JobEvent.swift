/// What happened to jobs. Each leaves only after its write was committed.
public enum JobEvent: Sendable, Equatable {
    case enqueued(id: JobID, kind: String, queue: String)
    case duplicate(kind: String)
    case started(id: JobID, kind: String, queue: String, attempt: Int, waited: Duration)
    case settled(Settlement, ran: Duration)
    /// A write with a token that no longer holds was refused.
    case staleWrite(id: JobID)
    /// The owner died while it held the job; the interrupted attempt is in its history.
    case rescued(id: JobID, kind: String, queue: String)
    case cancelled(id: JobID, kind: String, queue: String)
    case cancelRequested(id: JobID)
    case retried(id: JobID, kind: String, queue: String)
    case scheduleFired(schedule: String, lateness: Duration, skipped: Bool)
    case queuePaused(String)
    case queueResumed(String)
}
