public import MainspringCore

/// A job to insert: a fresh record (state `available` or `scheduled`), and the conditions it is inserted under.
public struct NewJob: Sendable, Equatable {
    public var record: JobRecord
    public var occurrence: ScheduleOccurrence?
    /// Waiting jobs that the queue may hold, this one included; nil: no limit.
    public var queueLimit: Int?

    public init(record: JobRecord, occurrence: ScheduleOccurrence? = nil, queueLimit: Int? = nil) {
        self.record = record
        self.occurrence = occurrence
        self.queueLimit = queueLimit
    }
}

public enum InsertResult: Sendable, Equatable {
    case inserted(JobRecord)
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
    /// Another job of the same group was refused.
    case notWritten
}
