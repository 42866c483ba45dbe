extension JobKind {
    /// The kind that `type` is, as its options say.
    public init<J: Job>(_ type: J.Type, in environment: JobEnvironment) {
        let options = J.options
        self.init(
            name: J.kind, version: J.version, queue: options.queue, priority: options.priority,
            timeout: options.timeout, retry: options.retry, unique: options.unique, silence: options.silence,
            deadline: options.deadline, maxRescues: options.maxRescues, patience: options.patience, tags: options.tags,
            validate: { JobPayload.problem(with: $0, of: J.self) },
            executor: SwiftJobExecutor<J>(environment: environment))
    }
}
