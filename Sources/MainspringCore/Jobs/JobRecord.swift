/// One job as the store keeps it.
public struct JobRecord: Sendable, Equatable {
    public var id: JobID
    public var kind: String
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
    /// Nil when the kind is not unique.
    public var uniqueKey: String?
    public var uniqueStates: Set<JobState>
    public var schedule: String?

    public init(
        id: JobID, kind: String, queue: String, state: JobState, priority: JobPriority, arguments: String,
        attempt: Int = 0, maxAttempts: Int, snoozes: Int = 0, rescues: Int = 0, createdAt: Timestamp,
        scheduledAt: Timestamp, startedAt: Timestamp? = nil, finishedAt: Timestamp? = nil,
        cancelRequestedAt: Timestamp? = nil, node: String? = nil, result: String? = nil, error: JobFailure? = nil,
        tags: [String] = [], uniqueKey: String? = nil, uniqueStates: Set<JobState> = [], schedule: String? = nil
    ) {
        self.id = id
        self.kind = kind
        self.queue = queue
        self.state = state
        self.priority = priority
        self.arguments = arguments
        self.attempt = attempt
        self.maxAttempts = maxAttempts
        self.snoozes = snoozes
        self.rescues = rescues
        self.createdAt = createdAt
        self.scheduledAt = scheduledAt
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.cancelRequestedAt = cancelRequestedAt
        self.node = node
        self.result = result
        self.error = error
        self.tags = tags
        self.uniqueKey = uniqueKey
        self.uniqueStates = uniqueStates
        self.schedule = schedule
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
