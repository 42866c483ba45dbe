public import MainspringCore

extension ExitStatus {
    /// Any code that is not named here ends in 1.
    public init(_ code: MainspringError.Code) {
        self = Self.known(code) ?? .failed
    }

    static func known(_ code: MainspringError.Code) -> ExitStatus? {
        code.exitCode.map(ExitStatus.init(rawValue:))
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
