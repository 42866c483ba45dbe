public import MainspringCore

/// How jobs of a kind are run.
public struct JobOptions: Sendable, Hashable {
    /// One that nobody declared has 10 workers on each node and takes 10,000 waiting jobs.
    public var queue: String
    public var priority: JobPriority
    /// Longest run of one attempt.
    public var timeout: Duration
    public var retry: RetryPolicy
    /// Nil: any number of equal jobs.
    public var unique: UniquePolicy?
    /// The longest that an attempt may give no sign of life, progress or a heartbeat, before it is told to end and counts as
    /// timed out; nil: it need give none.
    public var silence: Duration?
    /// After this long from its creation no attempt of a job starts, and one that runs is told to end; nil: no such time.
    public var deadline: Duration?
    /// How often the owner may die while it runs a job, before the job is discarded.
    public var maxRescues: Int
    /// Of every job of the kind, before those that the enqueuer adds.
    public var tags: [String]
    /// How long an attempt that was told to end may take. After that it is settled without it, and it is a zombie: it keeps its
    /// worker until it ends, and can no longer write.
    public var patience: Duration

    /// Defaults: the queue `default`, normal priority, 5 min for an attempt, 5 attempts with exponential backoff, 3 rescues,
    /// 5 s of patience.
    public init(
        queue: String = "default", priority: JobPriority = .normal, timeout: Duration = .seconds(300),
        retry: RetryPolicy = RetryPolicy(), unique: UniquePolicy? = nil, silence: Duration? = nil,
        deadline: Duration? = nil, maxRescues: Int = 3, tags: [String] = [], patience: Duration = .seconds(5)
    ) {
        self.queue = queue
        self.priority = priority
        self.timeout = timeout
        self.retry = retry
        self.unique = unique
        self.silence = silence
        self.deadline = deadline
        self.maxRescues = maxRescues
        self.tags = tags
        self.patience = patience
    }
}
