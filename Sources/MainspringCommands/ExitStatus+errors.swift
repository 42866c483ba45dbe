public import MainspringCore

extension ExitStatus {
    /// Any code that is not named here ends in 1.
    public init(_ code: MainspringError.Code) {
        self = Self.known(code) ?? .failed
    }

    static func known(_ code: MainspringError.Code) -> ExitStatus? {
        switch code {
        case .malformed, .invalidArguments, .unknownKind, .tooLarge: .usage
        case .queueFull, .draining, .circuitOpen, .locked, .noFreePort, .storeBusy: .refusedForNow
        case .timedOut: .timedOut
        case .storeCorrupt, .storeReadOnly, .storeFull, .storeNewer, .storeFailed: .storeFailed
        case .configuration, .openBind: .configuration
        case .unreachable: .unreachable
        case .notRunning: .notRunning
        case .forbidden: .denied
        case .notFound, .conflict, .notAllowedInState, .spawnFailed: .failed
        default: nil
        }
    }

    /// For answers of a node whose code this version does not know.
    init(httpStatus: Int) {
        switch httpStatus {
        case 401, 403, 421: self = .denied
        case 400, 413, 415, 422: self = .usage
        case 429, 503: self = .refusedForNow
        default: self = .failed
        }
    }
}
