public import MainspringCore
public import MainspringExecutors

/// A declared kind of job.
public struct JobConfiguration: Sendable, Equatable {
    public enum Action: Sendable, Equatable {
        case command(Command)
        case call(Call)
    }

    public struct Command: Sendable, Equatable {
        public var template: CommandTemplate
        /// PATH, HOME, LANG and TZ of the daemon, `env_file`, then `env`: all but the `MAINSPRING_…` variables.
        public var environment: [String: String]
        /// Absolute.
        public var workingDirectory: String
        /// KILL comes this long after TERM.
        public var killAfter: Duration
    }

    public struct Call: Sendable, Equatable {
        public var method: String
        public var url: URLTemplate
        /// In the file's order; never shown.
        public var headers: [Header]
    }

    public struct Header: Sendable, Hashable {
        public var name: String
        public var value: String
    }

    public var name: String
    public var action: Action
    public var arguments: ArgumentSchema
    public var result: ResultMode
    /// A declared queue.
    public var queue: String
    public var priority: JobPriority
    public var timeout: Duration
    public var retry: RetryPolicy
    public var unique: UniquePolicy?
    /// The longest that an attempt may give no sign of life; shorter than the timeout. Nil: it need give none.
    public var silence: Duration?
    /// After this long from its creation no attempt of a job starts, and one that runs is ended; nil: no such time.
    public var deadline: Duration?
    /// How often its node may die while a job runs, before it is discarded.
    public var maxRescues: Int
    /// How much of each output is kept per attempt.
    public var outputLimit: ByteSize
}
