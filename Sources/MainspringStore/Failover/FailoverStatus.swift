public import MainspringCore

/// How a ``FailoverStore`` stands, and what it did since it was made.
public struct FailoverStatus: Sendable, Equatable {
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// The server takes everything.
        case primary
        /// The server is away, or too slow for callers: what is written goes to the spool.
        case spooling
        /// The server is back, and gets what was spooled; new jobs go behind that.
        case draining
    }

    public var state: State
    /// Why the server was left last; nil while nothing was ever the matter.
    public var reason: FailoverReason?
    /// When ``state`` began.
    public var since: Timestamp
    public var spool: SpoolTally
    /// Jobs and ends of attempts that went from the spool to the server.
    public var replayed: Int
    /// Spooled jobs that ended as an alias of another with their unique key, or whose id was taken.
    public var conflicts: Int
    /// Spooled ends that came too late: their attempt no longer held its job.
    public var stale: Int
    /// Acknowledged writes that were sent again because the server restarted.
    public var resent: Int
    /// When the server was last found without the data that it had: empty, or another one.
    public var dataLostAt: Timestamp?
    /// Why the replay does not go on although the server answers, or why the spool takes nothing; nil while all is well.
    public var problem: MainspringError?

    public init(
        state: State = .primary, reason: FailoverReason? = nil, since: Timestamp, spool: SpoolTally = SpoolTally(),
        replayed: Int = 0, conflicts: Int = 0, stale: Int = 0, resent: Int = 0, dataLostAt: Timestamp? = nil,
        problem: MainspringError? = nil
    ) {
        self.state = state
        self.reason = reason
        self.since = since
        self.spool = spool
        self.replayed = replayed
        self.conflicts = conflicts
        self.stale = stale
        self.resent = resent
        self.dataLostAt = dataLostAt
        self.problem = problem
    }
}

public enum FailoverReason: String, Sendable, Hashable, CaseIterable {
    /// It does not answer, or says that it cannot yet (`store_unreachable`).
    case unreachable
    /// It answers too late for a caller that waits; workers still use it.
    case slow
    case readOnly = "read_only"
    /// Its memory or its disk.
    case full
    /// It restarted, or lost its data, while it seemed to be there.
    case restarted
    /// The spool of an earlier life of this node was not empty.
    case leftover

    /// Nil for an error that a spool does not help against.
    init?(_ error: any Error) {
        switch (error as? MainspringError)?.code {
        case .storeUnreachable: self = .unreachable
        case .storeReadOnly: self = .readOnly
        case .storeFull: self = .full
        default: return nil
        }
    }

    /// Whether workers go on with the server while callers go to the spool.
    var leavesWork: Bool { self == .slow }
}
