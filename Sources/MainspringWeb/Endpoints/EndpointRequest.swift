import HTTPTypes
import MainspringCore

/// A request that passed its endpoint's checks.
struct EndpointRequest: Sendable {
    var path: [String: String]
    var query: [String: String]
    /// Null when there was no body.
    var body: JSONValue
    var form: [String: String]
    var headers: HTTPFields = [:]

    /// Text of the path; empty only if the endpoint's template does not name it.
    func captured(_ name: String) -> String { path[name] ?? "" }

    func integer(_ name: String, default standard: Int) -> Int { query[name].flatMap { Int($0) } ?? standard }

    func duration(_ name: String) -> Duration? { query[name].flatMap { Duration(text: $0) } }

    func flag(_ name: String) -> Bool { query[name].map { $0 != "false" } ?? false }

    /// The job that the path names. Throws `not_found` when no job can have such an id.
    func jobID() throws -> JobID {
        guard let id = JobID(rawValue: captured("id")) else { throw Self.noSuchJob }
        return id
    }

    /// The running attempt that sends the request. Throws `malformed` without its token.
    func attempt() throws -> ParentAttempt {
        guard let token = headers[.attemptToken], !token.isEmpty else {
            throw MainspringError(
                .malformed, "the header \(HTTPField.Name.attemptToken) is missing",
                hint: "A command finds its token in MAINSPRING_ATTEMPT_TOKEN.")
        }
        return ParentAttempt(id: try jobID(), token: AttemptToken(rawValue: token))
    }

    static let noSuchJob = MainspringError(
        .notFound, "there is no such job",
        hint: "Finished jobs are removed when their retention ends. See 'mainspring job ls'.")
}

extension HTTPField.Name {
    // A valid header name.
    static let attemptToken = HTTPField.Name("Mainspring-Attempt-Token")!
}
