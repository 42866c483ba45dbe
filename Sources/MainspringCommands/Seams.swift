public import MainspringCore

/// Where the commands that need no running node (`run`, `init`, `config`, `store`) meet the node's own code.
///
/// `MainspringCLI` conforms to it with the `Mainspring` library; tests conform with a stub. Throw ``ConfigurationRefusal`` for
/// a configuration with problems and `MainspringError` for the rest: ``CommandLineTool`` prints both and picks the exit code.
public protocol NodeProgram: Sendable {
    /// Runs a node until it has stopped. It handles signals itself and writes to the terminal itself.
    func run(_ request: RunRequest) async throws -> ExitStatus

    /// Returns when the configuration is valid, with what may surprise all the same.
    func checkConfiguration(_ source: ConfigurationSource) throws -> [ConfigurationRefusal.Problem]

    /// Every effective value with secrets already redacted.
    func showConfiguration(_ source: ConfigurationSource, origins: Bool) throws -> ConfigurationListing

    /// The state folder of the configuration, absolute. It must work although other keys have problems, so that the node of
    /// an edited file is still found; nil when the file says nothing about it.
    func stateFolder(_ source: ConfigurationSource) throws -> String?

    /// The database file of the configured store, absolute; nil when the store is in no file.
    func storeFile(_ source: ConfigurationSource) throws -> String?

    /// Everything that is wrong inside of a store's file, while a node uses it or not; nothing is written.
    func checkStore(at path: String) async throws -> [String]

    /// Writes a whole copy of a store's file, of one moment, while a node uses it or not. Never overwrites a file.
    func backUpStore(at path: String, to destination: String) async throws

    /// Takes everything from one store to another, while no node uses either.
    func moveStore(_ request: StoreMoveRequest) async throws -> StoreMoveAnswer

    /// Writes a first configuration into the folder and returns the paths written. Never overwrites a file.
    func initialize(folder: String) throws -> [String]
}

public struct StoreMoveRequest: Sendable, Equatable {
    /// A configuration file, a database's path, or a URL.
    public struct Place: Sendable, Equatable {
        public var text: String
        public var namespace: String?
        /// Where relative paths begin.
        public var directory: String
        public var environment: [String: String]

        public init(text: String, namespace: String? = nil, directory: String, environment: [String: String]) {
            self.text = text
            self.namespace = namespace
            self.directory = directory
            self.environment = environment
        }
    }

    public var from: Place
    public var to: Place
    public var removes: Bool

    public init(from: Place, to: Place, removes: Bool) {
        self.from = from
        self.to = to
        self.removes = removes
    }
}

/// What a move did: the jobs of the source, and what became of them.
public struct StoreMoveAnswer: Sendable, Equatable {
    public var jobs: Int
    public var moved: Int
    public var alreadyThere: Int
    public var yielded: Int
    public var reclaimed: Int
    public var pausedQueues: Int
    public var schedules: Int

    public init(
        jobs: Int, moved: Int, alreadyThere: Int, yielded: Int, reclaimed: Int, pausedQueues: Int, schedules: Int
    ) {
        self.jobs = jobs
        self.moved = moved
        self.alreadyThere = alreadyThere
        self.yielded = yielded
        self.reclaimed = reclaimed
        self.pausedQueues = pausedQueues
        self.schedules = schedules
    }
}

/// Where a configuration comes from, strongest first: flags, environment, file.
public struct ConfigurationSource: Sendable, Equatable {
    /// As the user wrote it; relative paths count from ``directory``.
    public var path: String
    public var directory: String
    public var environment: [String: String]
    /// By key path, for instance `state`.
    public var flags: [String: String]

    public init(path: String, directory: String, environment: [String: String], flags: [String: String] = [:]) {
        self.path = path
        self.directory = directory
        self.environment = environment
        self.flags = flags
    }
}

public struct RunRequest: Sendable, Equatable {
    public var configuration: ConfigurationSource
    /// The only queues to work on; nil: all.
    public var queues: [String]?

    public init(configuration: ConfigurationSource, queues: [String]? = nil) {
        self.configuration = configuration
        self.queues = queues
    }
}

/// An effective configuration, for people and for programs.
public struct ConfigurationListing: Sendable, Equatable {
    /// With origins when they were asked for.
    public var text: String
    public var entries: [ConfigurationEntry]

    public init(text: String, entries: [ConfigurationEntry]) {
        self.text = text
        self.entries = entries
    }
}

/// One effective value, for `config show`.
public struct ConfigurationEntry: Sendable, Equatable {
    /// The key's path, for instance `http.bind`.
    public var key: String
    public var value: String
    /// For instance `mainspring.yaml:12`, `environment MAINSPRING_HTTP_BIND`, `default`.
    public var origin: String

    public init(key: String, value: String, origin: String) {
        self.key = key
        self.value = value
        self.origin = origin
    }
}

/// A configuration that was refused, with everything that is wrong with it.
public struct ConfigurationRefusal: Error, Sendable, Equatable {
    public struct Problem: Sendable, Equatable {
        public var source: String
        public var line: Int?
        public var key: String
        public var message: String
        public var hint: String?

        public init(source: String, line: Int?, key: String, message: String, hint: String?) {
            self.source = source
            self.line = line
            self.key = key
            self.message = message
            self.hint = hint
        }
    }

    /// `configuration` or `open_bind`.
    public var code: MainspringError.Code
    public var problems: [Problem]

    public init(code: MainspringError.Code = .configuration, problems: [Problem]) {
        self.code = code
        self.problems = problems
    }
}
