import HTTPTypes
import MainspringCore

/// One route: what it takes, what it answers, and what it does. The router, the checks and `docs/http-api.md` are made of it.
struct Endpoint: Sendable {
    enum Surface: String, Sendable {
        /// JSON for programs.
        case api
        /// Plain answers for machines that watch the node.
        case probe
        /// HTML for a person's browser.
        case page
    }

    enum Body: Sendable {
        case none
        case json(Schema)
        /// Fields of an HTML form.
        case form
    }

    struct Answer: Sendable {
        let status: Int
        let meaning: String

        init(_ status: Int, _ meaning: String) {
            self.status = status
            self.meaning = meaning
        }
    }

    typealias Handler = @Sendable (EndpointRequest, WebContext) async throws -> Reply
    typealias ImmediateHandler = @Sendable (EndpointRequest, WebContext) throws -> Reply

    let method: HTTPRequest.Method
    let path: PathTemplate
    let surface: Surface
    let summary: String
    let parameters: [Parameter]
    let body: Body
    let answers: [Answer]
    let handler: Handler
    /// The same, for an endpoint that answers from memory: its answers need no thread of the pool.
    let immediate: ImmediateHandler?

    init(
        _ method: HTTPRequest.Method, _ path: PathTemplate, _ summary: String, surface: Surface = .api,
        parameters: [Parameter] = [], body: Body = .none, answers: [Answer], handler: @escaping Handler
    ) {
        self.method = method
        self.path = path
        self.surface = surface
        self.summary = summary
        self.parameters = parameters
        self.body = body
        self.answers = answers
        self.handler = handler
        immediate = nil
    }

    /// Answered on the connection's event loop: `handler` must neither block nor wait. For GET, with a path as it stands.
    init(
        immediate path: PathTemplate, _ summary: String, surface: Surface = .probe, parameters: [Parameter] = [],
        answers: [Answer], handler: @escaping ImmediateHandler
    ) {
        method = .get
        self.path = path
        self.surface = surface
        self.summary = summary
        self.parameters = parameters
        body = .none
        self.answers = answers
        self.handler = { try handler($0, $1) }
        immediate = handler
    }
}

/// `/v1/jobs/{id}/logs`: literal segments, and captures that take one segment each.
struct PathTemplate: Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    let description: String
    private let segments: [Substring]

    init(stringLiteral value: String) {
        description = value
        segments = value.split(separator: "/")
    }

    /// The captured segments by name; nil when the path is another one.
    func match(_ path: [String]) -> [String: String]? {
        guard path.count == segments.count else { return nil }
        var captures: [String: String] = [:]
        for (segment, part) in zip(segments, path) {
            if segment.first == "{" {
                captures[String(segment.dropFirst().dropLast())] = part
            } else if segment != part {
                return nil
            }
        }
        return captures
    }
}
