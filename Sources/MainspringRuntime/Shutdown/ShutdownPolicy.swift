/// How long each part of a stop may take.
public struct ShutdownPolicy: Sendable, Hashable {
    /// Running jobs may end by themselves for this long; the default is 18 s.
    public var grace: Duration
    /// Then they are asked to stop, and get this long; the default is 7 s.
    public var cancel: Duration

    /// With the defaults an ordinary stop fits Kubernetes' 30 s.
    public init(grace: Duration = .seconds(18), cancel: Duration = .seconds(7)) {
        self.grace = grace
        self.cancel = cancel
    }

    /// Services get what jobs left of `grace` and `cancel`, but at least this.
    public static let leastForServices = Duration.seconds(5)
    /// Hooks and resources get what is left, but at least this.
    static let leastForResources = Duration.seconds(1)
    /// After KILL, processes are gone within this or count as abandoned.
    static let killWait = Duration.seconds(1)
    /// The last writes, to the store and `run.json`, get what is left, but at least this.
    static let closeWait = Duration.seconds(2)
    static let margin = Duration.seconds(2)

    /// The last step comes by then, whatever hangs; where even the caller hangs, the process ends a second later.
    public var deadline: Duration { grace + cancel + Self.leastForServices + Self.margin }
}

/// Why the node stops.
public enum ShutdownCause: Sendable, Hashable {
    /// Its number. The same call again means: by force.
    case signal(Int32)
    /// Through the API or by the embedding program.
    case asked
    /// By the embedding program, in a hurry: running jobs get no time to end by themselves. Also when a stop has begun.
    case cancelled
    /// The node cannot go on; the exit code is 1, and 124 when something had to be cut besides.
    case failure(String)
}

/// What became of the jobs since the stop began.
public struct ShutdownTally: Sendable, Hashable {
    /// Settled with an outcome of their own.
    public var finished: Int
    /// Went back to the queue without using an attempt.
    public var handedBack: Int
    /// Jobs whose processes had to be killed.
    public var killed: [Laggard]
    /// What failed on the way down, one sentence each.
    public var failures: [String]

    public init(finished: Int = 0, handedBack: Int = 0, killed: [Laggard] = [], failures: [String] = []) {
        self.finished = finished
        self.handedBack = handedBack
        self.killed = killed
        self.failures = failures
    }
}

/// How the stop went.
public struct ShutdownResult: Sendable, Hashable {
    public var took: Duration
    public var finished: Int
    public var handedBack: Int
    /// What had to be killed, and what did not end even then: jobs, services, hooks, or a step such as `closing the store`.
    public var laggards: [Laggard]
    public var failure: String?

    public var isClean: Bool { laggards.isEmpty && failure == nil }

    /// 0 after a clean stop, 124 when something had to be killed or abandoned, else 1 after a failure.
    public var exitCode: Int32 {
        if !laggards.isEmpty { return 124 }
        return failure == nil ? 0 : 1
    }
}
