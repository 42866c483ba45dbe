public import MainspringCore

/// What the operator declared about one kind of job. Only declared kinds can run.
public struct JobKind: Sendable {
    public var name: String
    public var arguments: ArgumentSchema
    /// The queue of jobs that do not name one.
    public var queue: String
    public var priority: JobPriority
    /// Longest run of one attempt.
    public var timeout: Duration
    public var retry: RetryPolicy
    public var unique: UniquePolicy?
    public var executor: any JobExecutor

    /// The default timeout is five minutes.
    public init(
        name: String, arguments: ArgumentSchema = ArgumentSchema(), queue: String = "default",
        priority: JobPriority = .normal, timeout: Duration = .seconds(300), retry: RetryPolicy = RetryPolicy(),
        unique: UniquePolicy? = nil, executor: any JobExecutor
    ) {
        self.name = name
        self.arguments = arguments
        self.queue = queue
        self.priority = priority
        self.timeout = timeout
        self.retry = retry
        self.unique = unique
        self.executor = executor
    }
}

/// How this node works on one queue.
public struct QueueOptions: Sendable, Hashable {
    /// Jobs of this queue that run at once on this node.
    public var workers: Int
    /// Waiting jobs that the queue takes; one more is refused with `queue_full`.
    public var limit: Int

    /// The defaults are 10 workers and 10,000 waiting jobs.
    public init(workers: Int = 10, limit: Int = 10_000) {
        self.workers = workers
        self.limit = limit
    }
}
