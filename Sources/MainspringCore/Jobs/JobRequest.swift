/// What a caller asks for, before the dispatcher checks and stamps it.
public struct JobRequest: Sendable, Equatable {
    public var kind: String
    public var arguments: [String: JSONValue]
    /// Nil: the kind's.
    public var queue: String?
    /// Nil: the kind's.
    public var priority: JobPriority?
    /// Not before this time; nil or past: at once.
    public var runAt: Timestamp?
    /// Nil: a new UUIDv7. The same id with the same content is the same job.
    public var id: JobID?
    public var tags: [String]
    public var metadata: [String: String]
    /// Nil: the kind's.
    public var unique: UniquePolicy?
    /// No attempt starts after it; nil: the kind's, if it has one.
    public var deadline: Timestamp?
    /// The running attempt that makes this job; when its token no longer holds, nothing is written.
    public var parent: ParentAttempt?
    public var occurrence: ScheduleOccurrence?

    public init(
        kind: String, arguments: [String: JSONValue] = [:], queue: String? = nil, priority: JobPriority? = nil,
        runAt: Timestamp? = nil, id: JobID? = nil, tags: [String] = [], metadata: [String: String] = [:],
        unique: UniquePolicy? = nil, deadline: Timestamp? = nil, parent: ParentAttempt? = nil,
        occurrence: ScheduleOccurrence? = nil
    ) {
        self.kind = kind
        self.arguments = arguments
        self.queue = queue
        self.priority = priority
        self.runAt = runAt
        self.id = id
        self.tags = tags
        self.metadata = metadata
        self.unique = unique
        self.deadline = deadline
        self.parent = parent
        self.occurrence = occurrence
    }
}

/// One instant of one schedule: it makes at most one job, whoever asks, however often.
public struct ScheduleOccurrence: Sendable, Hashable {
    public var schedule: String
    public var instant: Timestamp
    /// Make none while an earlier job of this schedule is unfinished.
    public var skipsOverlap: Bool
    /// The firing node's; when it no longer holds, nothing is written. Nil: a person asked.
    public var term: Term?

    public init(schedule: String, instant: Timestamp, skipsOverlap: Bool, term: Term? = nil) {
        self.schedule = schedule
        self.instant = instant
        self.skipsOverlap = skipsOverlap
        self.term = term
    }
}
