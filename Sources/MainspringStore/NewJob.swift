public import MainspringCore

/// A job to insert: a fresh record (state `available` or `scheduled`), and the conditions it is inserted under.
public struct NewJob: Sendable, Equatable {
    public var record: JobRecord
    public var occurrence: ScheduleOccurrence?
    /// Waiting jobs that the queue may hold, this one included; nil: no limit.
    public var queueLimit: Int?
    /// The attempt that makes it; the record's `parent` is its job.
    public var parent: ParentAttempt?

    public init(
        record: JobRecord, occurrence: ScheduleOccurrence? = nil, queueLimit: Int? = nil, parent: ParentAttempt? = nil
    ) {
        self.record = record
        self.occurrence = occurrence
        self.queueLimit = queueLimit
        self.parent = parent
    }
}

public enum InsertResult: Sendable, Equatable {
    /// The record as it was written: `pending` when it waits for the running holder of its key (``UniqueConflict/keepLast``).
    case inserted(JobRecord)
    /// A waiting job with its unique key took over its content: the record as it is now.
    case replaced(JobRecord)
    /// The same id with the same kind, queue and arguments, or a unique key that is held: the job that is there.
    case duplicate(JobRecord)
    /// The id is taken by a job with another kind, queue or arguments.
    case idConflict
    /// The queue holds `limit` waiting jobs already.
    case queueFull(limit: Int)
    /// This occurrence made its job before.
    case alreadyFired
    /// An earlier job of the schedule is unfinished; the occurrence counts as fired.
    case overlapped(JobID)
    /// The attempt that makes it no longer holds its job.
    case staleParent
    /// The node that fires its schedule no longer leads.
    case staleTerm
    /// Another job of the same group was refused.
    case notWritten
}
