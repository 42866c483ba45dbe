/// One job as the store keeps it.
public struct JobRecord: Sendable, Equatable {
    public var id: JobID
    public var kind: String
    /// Of the payload's form; 1 where the kind has never changed it.
    public var version: Int
    public var queue: String
    public var state: JobState
    public var priority: JobPriority
    /// A JSON object in compact form with sorted keys.
    public var arguments: String
    /// Used attempts: failures, timeouts and the final attempt; never interruptions or snoozes.
    public var attempt: Int
    public var maxAttempts: Int
    public var snoozes: Int
    /// How often the owner died while it held the job.
    public var rescues: Int
    /// One rescue more discards the job: it may be what kills its owners.
    public var maxRescues: Int
    public var createdAt: Timestamp
    /// When the job becomes, or became, available.
    public var scheduledAt: Timestamp
    /// Start of the attempt that runs, or of the last one.
    public var startedAt: Timestamp?
    public var finishedAt: Timestamp?
    public var cancelRequestedAt: Timestamp?
    /// The node that runs it now.
    public var node: String?
    /// JSON text.
    public var result: String?
    /// Of the last attempt that failed.
    public var error: JobFailure?
    public var tags: [String]
    /// What the enqueuer sent along, such as the trace that the job belongs to; never interpreted here.
    public var metadata: [String: String]
    /// Nil when the job has no key, or gave it up.
    public var unique: UniqueHold?
    public var schedule: String?
    /// No attempt starts after it, and none is retried.
    public var deadline: Timestamp?
    /// The job whose attempt made this one.
    public var parent: JobID?
    /// Of the attempt that runs, or of the last one.
    public var progress: JobProgress?
    /// The last sign of life that the attempt gave by itself.
    public var heartbeatAt: Timestamp?
    /// Why no live node could run it when it was parked; it is `available`, and not handed out. Nil for any other job.
    public var parked: String?

    public init(
        id: JobID, kind: String, queue: String, state: JobState, priority: JobPriority, arguments: String,
        version: Int = 1, attempt: Int = 0, maxAttempts: Int, snoozes: Int = 0, rescues: Int = 0, maxRescues: Int = 3,
        createdAt: Timestamp, scheduledAt: Timestamp, startedAt: Timestamp? = nil, finishedAt: Timestamp? = nil,
        cancelRequestedAt: Timestamp? = nil, node: String? = nil, result: String? = nil, error: JobFailure? = nil,
        tags: [String] = [], metadata: [String: String] = [:], unique: UniqueHold? = nil, schedule: String? = nil,
        deadline: Timestamp? = nil, parent: JobID? = nil, progress: JobProgress? = nil, heartbeatAt: Timestamp? = nil,
        parked: String? = nil
    ) {
        self.id = id
        self.kind = kind
        self.version = version
        self.queue = queue
        self.state = state
        self.priority = priority
        self.arguments = arguments
        self.attempt = attempt
        self.maxAttempts = maxAttempts
        self.snoozes = snoozes
        self.rescues = rescues
        self.maxRescues = maxRescues
        self.createdAt = createdAt
        self.scheduledAt = scheduledAt
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.cancelRequestedAt = cancelRequestedAt
        self.node = node
        self.result = result
        self.error = error
        self.tags = tags
        self.metadata = metadata
        self.unique = unique
        self.schedule = schedule
        self.deadline = deadline
        self.parent = parent
        self.progress = progress
        self.heartbeatAt = heartbeatAt
        self.parked = parked
    }
}

/// One attempt in a job's history. The attempt that runs now has no outcome yet.
public struct AttemptRecord: Sendable, Equatable {
    /// Used attempts before it, plus one: an interrupted attempt and the one after it share a number.
    public var number: Int
    public var node: String
    public var startedAt: Timestamp
    public var finishedAt: Timestamp?
    public var outcome: JobOutcome.Name?
    public var error: JobFailure?

    public init(
        number: Int, node: String, startedAt: Timestamp, finishedAt: Timestamp? = nil, outcome: JobOutcome.Name? = nil,
        error: JobFailure? = nil
    ) {
        self.number = number
        self.node = node
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.outcome = outcome
        self.error = error
    }
}
