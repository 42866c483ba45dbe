import HTTPTypes
import MainspringCore
import MainspringJobs

/// An error as HTTP tells it (RFC 9457), with a stable `code` and a `hint` that says what to do next.
struct Problem: Error, Sendable {
    var status: HTTPResponse.Status
    var code: MainspringError.Code
    /// One sentence, without a payload.
    var detail: String
    var hint: String?
    var problems: [JSONValue] = []
    var headers: HTTPFields = [:]

    init(_ status: HTTPResponse.Status, _ code: MainspringError.Code, _ detail: String, hint: String? = nil) {
        self.status = status
        self.code = code
        self.detail = detail
        self.hint = hint
    }

    /// Anything that a handler throws. What is not known is named only in the node's log.
    init(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let error as MainspringError: self.init(mainspring: error)
        case let invalid as InvalidRequests: self.init(invalid: invalid)
        case is CancellationError:
            self.init(.serviceUnavailable, .draining, "this node is stopping", hint: "Try again in a few seconds.")
            headers[.retryAfter] = "5"
        default:
            self.init(.internalServerError, .internalError, "the node failed to answer", hint: "Its log tells why.")
        }
    }

    private init(mainspring error: MainspringError) {
        let status = Self.status(of: error.code)
        self.init(status, error.code, error.message, hint: error.hint)
        if let cause = error.cause { detail += ": \(cause)" }
        if status == .serviceUnavailable || status == .tooManyRequests {
            let seconds = error.retryAfter.map { Int($0.inSeconds.rounded(.up)) } ?? 5
            headers[.retryAfter] = "\(max(1, seconds))"
        }
    }

    private init(invalid: InvalidRequests) {
        let first = invalid.problems.first
        let sentence = first.map {
            invalid.problems.count == 1 ? $0.message : "\($0.message) (and \(invalid.problems.count - 1) more)"
        }
        self.init(
            .unprocessableContent, first?.code ?? .invalidArguments, sentence ?? "the request was refused",
            hint: "'problems' lists every one; 'index' is the place in the array. Nothing was written.")
        problems = invalid.problems.map {
            ["index": .integer(Int64($0.index)), "code": .string($0.code.rawValue), "message": .string($0.message)]
        }
    }

    init(malformed problems: [BodyProblem]) {
        let rest = problems.count > 1 ? " (and \(problems.count - 1) more)" : ""
        self.init(
            .badRequest, problems.first?.code ?? .malformed,
            (problems.first?.sentence ?? "the body is malformed") + rest,
            hint: "docs/http-api.md describes the body. Nothing was written.")
        self.problems = problems.map(\.json)
    }

    static func status(of code: MainspringError.Code) -> HTTPResponse.Status {
        switch code {
        case .malformed, .notInThisVersion: .badRequest
        case .invalidArguments, .unknownKind: .unprocessableContent
        case .forbidden: .forbidden
        case .notFound: .notFound
        case .conflict, .notAllowedInState, .staleAttempt: .conflict
        case .tooLarge: .contentTooLarge
        case .queueFull: .tooManyRequests
        case .draining, .circuitOpen, .locked, .storeBusy, .storeFull, .storeReadOnly, .storeCorrupt, .storeNewer,
            .storeFailed, .storeUnreachable, .storeDenied, .staleTerm:
            .serviceUnavailable
        default: .internalServerError
        }
    }

    var json: JSONValue {
        var members: [String: JSONValue] = [
            "type": .string("urn:mainspring:problem:\(code.rawValue)"), "title": .string(status.reasonPhrase),
            "status": .integer(Int64(status.code)), "detail": .string(detail), "code": .string(code.rawValue),
        ]
        if let hint { members["hint"] = .string(hint) }
        if !problems.isEmpty { members["problems"] = .array(problems) }
        return .object(members)
    }

    var reply: Reply {
        var reply = Reply.json(json, status)
        reply.headers.append(contentsOf: headers)
        reply.headers[.contentType] = "application/problem+json"
        return reply
    }
}

extension MainspringError.Code {
    static let notInThisVersion: Self = "not_in_this_version"
    static let internalError: Self = "internal"
    static let foreignHost: Self = "foreign_host"
    static let foreignOrigin: Self = "foreign_origin"
    static let contentType: Self = "unsupported_content_type"
    static let methodNotAllowed: Self = "method_not_allowed"
}
