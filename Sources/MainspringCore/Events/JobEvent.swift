/// What happened to jobs. Each leaves only after its write was committed.
public enum JobEvent: Sendable, Equatable {
    case enqueued(id: JobID, kind: String, queue: String)
    case duplicate(kind: String)
    /// A waiting job took over a new one's content.
    case replaced(id: JobID, kind: String, queue: String)
    case started(id: JobID, kind: String, queue: String, attempt: Int, waited: Duration)
    case settled(Settlement, ran: Duration)
    /// A write with a token that no longer holds was refused.
    case staleWrite(id: JobID)
    /// The owner died, or lost its lease, while it held the job; the interrupted attempt is in its history. The job is
    /// `available` again, `cancelled` when that was asked for, or `discarded` after too many rescues.
    case rescued(id: JobID, kind: String, queue: String, state: JobState)
    /// It was told to end and did not: its end was written without it, and it still runs. A zombie.
    case abandoned(id: JobID, kind: String, queue: String)
    case zombieEnded(id: JobID, kind: String, queue: String)
    /// Available jobs that no live node can run were set aside.
    case parked(count: Int)
    case released(count: Int)
    case nodeJoined(String)
    /// `died`: without a word, its process gone or its beats missing.
    case nodeLeft(String, died: Bool)
    /// This node leads from now on.
    case leads(Term)
    /// Another node leads by now, or may.
    case leadsNoMore
    case cancelled(id: JobID, kind: String, queue: String)
    case cancelRequested(id: JobID)
    case retried(id: JobID, kind: String, queue: String)
    case scheduleFired(schedule: String, lateness: Duration, skipped: Bool)
    case queuePaused(String)
    case queueResumed(String)
}
