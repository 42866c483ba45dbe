import MainspringCore

/// A node's answer that is no success, read from its problem document (RFC 9457).
struct NodeRefusal: Error, Sendable, Equatable {
    var httpStatus: Int
    /// Nil when the answer carried none.
    var code: MainspringError.Code?
    /// One sentence.
    var message: String
    /// The single problems of a refused request, such as each ill-typed argument.
    var problems: [String]
    var hint: String?

    /// The exit code: by the stable code where there is one, else by the HTTP status.
    var status: ExitStatus {
        code.flatMap(ExitStatus.known) ?? ExitStatus(httpStatus: httpStatus)
    }

    init(httpStatus: Int, document: JSONValue?, retryAfter: String? = nil) {
        self.httpStatus = httpStatus
        code = document?["code"]?.string.map(MainspringError.Code.init(rawValue:))
        message = document?["detail"]?.string ?? document?["title"]?.string ?? "the node answered \(httpStatus)"
        let listed = document?["problems"]?.array ?? document?["errors"]?.array ?? []
        problems = listed.prefix(100).compactMap { $0.string ?? $0["message"]?.string ?? $0["detail"]?.string }
        hint = document?["hint"]?.string ?? retryAfter.map { "Try again in \($0) s." } ?? Self.hint(for: httpStatus)
    }

    private static func hint(for status: Int) -> String {
        switch status {
        case 401, 403: "See 'auth' under 'http' in the node's configuration."
        case 421: "Name the node as it is listed under 'http: hosts', or add this host there."
        case 429, 503: "Try again in a moment."
        default: "See the node's log for the reason."
        }
    }
}
