/// What went wrong, under a code that does not change, and what to do next.
///
/// Never holds a payload or a secret. Surfaces map the code to an HTTP status (`MainspringWeb`) or an exit code
/// (`MainspringCLI`).
public struct MainspringError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Open: a later version may add codes, so a `switch` over them needs a `default`.
    public struct Code: RawRepresentable, Sendable, Hashable, ExpressibleByStringLiteral {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        public init(stringLiteral value: String) { rawValue = value }
    }

    public let code: Code
    /// One sentence, without the code.
    public let message: String
    /// The underlying reason, for instance the operating system's words.
    public let cause: String?
    /// What the reader can do next; a command where there is one.
    public let hint: String?
    /// For refusals that pass: how long to wait before trying again.
    public let retryAfter: Duration?

    public init(_ code: Code, _ message: String, cause: String? = nil, hint: String? = nil, retryAfter: Duration? = nil)
    {
        self.code = code
        self.message = message
        self.cause = cause
        self.hint = hint
        self.retryAfter = retryAfter
    }

    public var description: String {
        var text = message
        if let cause { text += ": \(cause)" }
        if let hint { text += ". \(hint)" }
        return "\(text) [\(code.rawValue)]"
    }
}

extension MainspringError.Code {
    // Requests
    public static let malformed: Self = "malformed"
    public static let invalidArguments: Self = "invalid_arguments"
    public static let unknownKind: Self = "unknown_kind"
    public static let notFound: Self = "not_found"
    public static let conflict: Self = "conflict"
    public static let notAllowedInState: Self = "not_allowed_in_state"
    public static let tooLarge: Self = "too_large"
    /// The attempt's token no longer holds.
    public static let staleAttempt: Self = "stale_attempt"
    /// Another node leads by now.
    public static let staleTerm: Self = "stale_term"
    // What became of a job
    public static let jobCancelled: Self = "job_cancelled"
    public static let jobDiscarded: Self = "job_discarded"
    public static let badResult: Self = "bad_result"
    // Refused for now
    public static let queueFull: Self = "queue_full"
    public static let draining: Self = "draining"
    public static let locked: Self = "locked"
    public static let noFreePort: Self = "no_free_port"
    public static let timedOut: Self = "timed_out"
    public static let circuitOpen: Self = "circuit_open"
    // The store
    public static let storeCorrupt: Self = "store_corrupt"
    public static let storeReadOnly: Self = "store_read_only"
    public static let storeFull: Self = "store_full"
    public static let storeBusy: Self = "store_busy"
    public static let storeNewer: Self = "store_newer"
    public static let storeFailed: Self = "store_failed"
    /// It does not answer, or not in time: whether the step was written is not known.
    public static let storeUnreachable: Self = "store_unreachable"
    /// The server refuses this caller, or is not what it was taken for: waiting does not help.
    public static let storeDenied: Self = "store_denied"
    // The node
    public static let configuration: Self = "configuration"
    public static let openBind: Self = "open_bind"
    public static let unreachable: Self = "unreachable"
    public static let notRunning: Self = "not_running"
    public static let spawnFailed: Self = "spawn_failed"
    public static let forbidden: Self = "forbidden"
    public static let startFailed: Self = "start_failed"
    public static let stoppedUncleanly: Self = "stopped_uncleanly"
}

extension MainspringError.Code {
    /// What a program that ends with this error exits with; nil for a code that has no number of its own, which is 1.
    public var exitCode: Int32? {
        switch self {
        case .notFound, .conflict, .notAllowedInState, .spawnFailed, .startFailed, .stoppedUncleanly, .staleAttempt: 1
        case .notRunning: 3
        case .jobCancelled: 11
        case .jobDiscarded: 12
        case .malformed, .invalidArguments, .unknownKind, .tooLarge: 64
        case .unreachable, .storeUnreachable: 69
        case .storeCorrupt, .storeReadOnly, .storeFull, .storeNewer, .storeFailed: 74
        case .queueFull, .draining, .circuitOpen, .locked, .noFreePort, .storeBusy, .staleTerm: 75
        case .forbidden, .storeDenied: 77
        case .configuration, .openBind: 78
        case .timedOut: 124
        default: nil
        }
    }
}
