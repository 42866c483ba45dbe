public import MainspringCore

/// What the operator declared about one kind of job. Only declared kinds can run.
public struct JobKind: Sendable {
    public var name: String
    /// Of the payload's form that this program writes; it runs all older ones too, and none that is newer.
    public var version: Int
    public var arguments: ArgumentSchema
    /// The queue of jobs that do not name one.
    public var queue: String
    public var priority: JobPriority
    /// Longest run of one attempt.
    public var timeout: Duration
    public var retry: RetryPolicy
    public var unique: UniquePolicy?
    /// The longest that an attempt may give no sign of life (progress or a heartbeat) before it counts as hung; nil: it need
    /// give none.
    public var silence: Duration?
    /// After this long from its creation no attempt of a job starts; nil: no such time.
    public var deadline: Duration?
    /// How often the owner may die while it runs a job, before the job is discarded.
    public var maxRescues: Int
    /// How long an attempt that was told to end may take, before it is settled without it and counted as a zombie; nil: as long
    /// as it takes, for executors that end by force.
    public var patience: Duration?
    /// Of every job of the kind, before those that the enqueuer adds.
    public var tags: [String]
    /// What is wrong with arguments, as the end of a sentence, and nil when they are well; instead of `arguments`, for a kind
    /// whose payload is a type in Swift.
    public var validate: (@Sendable ([String: JSONValue]) -> String?)?
    public var executor: any JobExecutor

    /// The default timeout is five minutes; a job survives three deaths of its owner.
    public init(
        name: String, version: Int = 1, arguments: ArgumentSchema = ArgumentSchema(), queue: String = "default",
        priority: JobPriority = .normal, timeout: Duration = .seconds(300), retry: RetryPolicy = RetryPolicy(),
        unique: UniquePolicy? = nil, silence: Duration? = nil, deadline: Duration? = nil, maxRescues: Int = 3,
        patience: Duration? = nil, tags: [String] = [], validate: (@Sendable ([String: JSONValue]) -> String?)? = nil,
        executor: any JobExecutor
    ) {
        self.name = name
        self.version = version
        self.arguments = arguments
        self.queue = queue
        self.priority = priority
        self.timeout = timeout
        self.retry = retry
        self.unique = unique
        self.silence = silence
        self.deadline = deadline
        self.maxRescues = maxRescues
        self.patience = patience
        self.tags = tags
        self.validate = validate
        self.executor = executor
    }

    /// What is wrong with arguments; nothing when all is well.
    func problems(in arguments: [String: JSONValue]) -> [String] {
        validate.map { $0(arguments).map { [$0] } ?? [] } ?? self.arguments.problems(in: arguments)
    }

    /// What is wrong with a unique key over these arguments: one that no job has would make all of them the same. Nothing is
    /// known of a payload that is a type in Swift.
    func problems(inKeyOver names: [String]) -> [String] {
        guard validate == nil else { return [] }
        return arguments.undeclared(among: names).map { name in
            let near = NearestName.of(name, among: arguments.arguments.keys).map { "; did you mean '\($0)'?" } ?? ""
            return "'unique' names '\(name.printable)', which is no declared argument\(near)"
        }
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
