public import Logging
public import MainspringCore
public import MainspringRuntime

/// A whole configuration: read, validated, and with every default filled in.
public struct Configuration: Sendable, Equatable {
    public struct Shutdown: Sendable, Hashable {
        /// How long running jobs may go on after a stop is asked for.
        public var grace: Duration
        /// After that: how long they have between TERM and KILL.
        public var cancel: Duration
    }

    public struct Log: Sendable, Hashable {
        public var level: Logger.Level
        public var format: NodeLogHandler.Format
    }

    public struct Retention: Sendable, Hashable {
        public var completed: Duration
        public var cancelled: Duration
        public var discarded: Duration
    }

    public struct Queue: Sendable, Hashable {
        public var workers: Int
        public var limit: Int
    }

    /// The file, as it was named.
    public var file: String
    /// The absolute folder of the file: relative paths start here, and commands run here.
    public var directory: String
    public var name: String
    public var node: String
    /// The absolute folder for what the node writes.
    public var state: String
    public var store: StoreConfiguration
    public var http: HTTPConfiguration
    public var shutdown: Shutdown
    public var log: Log
    public var retention: Retention
    /// By name; `default` is always there.
    public var queues: [String: Queue]
    /// By name.
    public var jobs: [String: JobConfiguration]
    /// In an order in which each comes after what it depends on, otherwise by name. `MAINSPRING_URL` is not in their
    /// environment yet: the node's address is only known when it listens.
    public var services: [ServiceSpec]
    /// By name.
    public var loops: [LoopConfiguration]
    /// Where services and loops stand in the tree.
    public var supervision: SupervisionConfiguration
    /// By name.
    public var schedules: [String: ScheduleConfiguration]
    /// What is valid, and may surprise.
    public var warnings: [ConfigurationProblem]

    /// The effective values with their origins, for ``text(showingOrigins:)``.
    var effective: ConfigNode
    /// Nil for what was read from a text.
    var source: ConfigurationReading?
}

/// A schedule: a job that is made again and again.
public struct ScheduleConfiguration: Sendable, Equatable {
    public var name: String
    public var every: Duration
    /// A declared kind.
    public var job: String
    /// They passed the kind's schema.
    public var arguments: [String: JSONValue]
    /// Makes no job while an earlier one of this schedule is unfinished.
    public var skipsOverlap: Bool
    /// Each job becomes available up to this much later; less than `every`.
    public var jitter: Duration
}
