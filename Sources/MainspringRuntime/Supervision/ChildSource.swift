/// Makes the lives of one child: a process, a task, a loop, a supervisor.
public protocol ChildSource: Sendable {
    /// Begins a life and returns at once; throws when it cannot begin, which is a failure like any other.
    ///
    /// Called on a thread of the supervisor that may block for a moment. The life must report its end exactly once, through
    /// `line`, when nothing of it runs any more; not before this returns.
    func begin(_ line: ChildLine) throws -> any ChildLife
}

/// One life of a child, from its start until nothing of it is left.
///
/// No call may block or run code of the user's on the calling thread.
public protocol ChildLife: AnyObject, Sendable {
    /// Its process, for a command.
    var pid: Int32? { get }

    /// The node takes no new work: nothing new is begun, what is under way goes on until ``stop(_:)``.
    func quiet()

    /// Asks it to end; a later order can only bring the end forward.
    func stop(_ order: StopOrder)

    /// Ends it with all force there is: KILL, or cancellation.
    func kill()

    /// Where it stands, in a few words for a person; asked when it is late. Nil when nothing is known.
    func standing() -> String?

    /// What runs below it; empty for most.
    func children() -> [ChildStatus]
}

extension ChildLife {
    public var pid: Int32? { nil }
    public func quiet() {}
    public func standing() -> String? { nil }
    public func children() -> [ChildStatus] { [] }
}

/// How a life is to end this time: a ``StopPolicy``, cut to what is left of its supervisor's time.
public struct StopOrder: Sendable, Hashable {
    public var signal: Int32
    /// Until a Swift child is cancelled.
    public var drain: Duration
    /// Until a command's group gets KILL; a Swift child is given up on then.
    public var grace: Duration

    public init(signal: Int32 = 15, drain: Duration = .zero, grace: Duration) {
        self.signal = signal
        self.drain = drain
        self.grace = grace
    }
}

/// What a life tells its supervisor, from any thread; after `ended` nothing counts.
public enum ChildReport: Sendable, Equatable {
    /// For ``Readiness/Check/reported``.
    case ready
    /// It works, but not well: one sentence why.
    case degraded(String)
    case recovered
    /// It works so badly that it should be stopped and started again: one sentence why.
    case failing(String)
    /// For a supervisor: it has ended, but for children that were given up on; `ended` follows when they have ended too.
    case stuck(ChildEnd)
    case ended(ChildEnd)
}

/// How a life ended.
public struct ChildEnd: Sendable, Equatable {
    public var isSuccess: Bool
    /// `exit 3`, `signal 9`, or the error in a sentence.
    public var detail: String
    /// Its time to stop ran out.
    public var wasKilled: Bool
    /// It must not be started again, whatever its restart policy says.
    public var isFinal: Bool
    /// For a supervisor: its children that were late.
    public var laggards: [Laggard]

    public init(
        isSuccess: Bool, detail: String, wasKilled: Bool = false, isFinal: Bool = false, laggards: [Laggard] = []
    ) {
        self.isSuccess = isSuccess
        self.detail = detail
        self.wasKilled = wasKilled
        self.isFinal = isFinal
        self.laggards = laggards
    }
}

/// A child that did not end in its time.
public struct Laggard: Sendable, Hashable {
    /// With its supervisors': `workers/feed`.
    public var path: String
    /// From the moment it was asked.
    public var after: Duration
    /// It was ended by force; false: it still runs.
    public var wasKilled: Bool
    /// Where it stood, if that is known.
    public var standing: String?

    public init(path: String, after: Duration, wasKilled: Bool, standing: String? = nil) {
        self.path = path
        self.after = after
        self.wasKilled = wasKilled
        self.standing = standing
    }
}
