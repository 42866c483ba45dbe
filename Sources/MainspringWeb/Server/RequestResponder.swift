import HTTPTypes
import HummingbirdCore
import Logging
import MainspringCore

/// From a request to its answer: gate, route, parameters, body, handler, headers. It opens no socket.
struct RequestResponder: Sendable {
    let context: WebContext
    let gate: RequestGate
    let bodyLimit: Int
    let logger: Logger

    /// A request that may go on: its body has not been read.
    struct Admitted: Sendable {
        let endpoint: Endpoint
        var request: EndpointRequest
    }

    /// `willRead` is called before the body is read, if it is.
    @concurrent func reply(
        to request: Request, body: inout BodyReader, willRead: @concurrent () async throws -> Void
    ) async -> Reply {
        var endpoint: Endpoint?
        var reply: Reply
        do {
            var admitted = try admit(request.head, endpoint: &endpoint)
            if let announced = body.announced, announced > bodyLimit { throw tooLarge }
            if case .none = admitted.endpoint.body {
            } else {
                try checkContentType(request.head, of: admitted.endpoint, hasBody: !body.isFinished)
                guard let bytes = try await read(&body, willRead) else { throw tooLarge }
                try parse(bytes, into: &admitted)
            }
            reply = try await admitted.endpoint.handler(admitted.request, context)
        } catch {
            reply = refusal(error, endpoint: endpoint, head: request.head)
        }
        return finish(reply, to: request.head)
    }

    /// The answer of an endpoint that answers from memory, or its refusal, with the same checks; nil for every other request,
    /// and for one with a body.
    func immediateReply(to head: HTTPRequest) -> Reply? {
        guard head.method == .get || head.method == .head, head.headerFields[.transferEncoding] == nil,
            (head.headerFields[.contentLength] ?? "0") == "0",
            let path = head.path?.prefix(while: { $0 != "?" }),
            let endpoint = EndpointTable.immediate[String(path)], let handler = endpoint.immediate
        else { return nil }
        var found: Endpoint?
        do {
            let admitted = try admit(head, endpoint: &found)
            return finish(try handler(admitted.request, context), to: head)
        } catch {
            return finish(refusal(error, endpoint: found, head: head), to: head)
        }
    }

    // MARK: Steps

    private func finish(_ reply: Reply, to head: HTTPRequest) -> Reply {
        var reply = reply
        SecurityHeaders.apply(to: &reply.headers)
        reply.headers[.contentLength] = "\(reply.body.count)"
        if head.method == .head { reply.body = [] }
        return reply
    }

    private func admit(_ head: HTTPRequest, endpoint found: inout Endpoint?) throws -> Admitted {
        try gate.checkHost(head)
        let target = head.path ?? ""
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let match = parts.first.flatMap { segments(of: $0) }.map { EndpointTable.match(head.method, $0) }
        if case .endpoint(let endpoint, _)? = match { found = endpoint }
        try gate.checkOrigin(head, of: found)
        switch match {
        case nil: throw Problem(.badRequest, .malformed, "the path is malformed")
        case .unknownPath?:
            throw Problem(
                .notFound, .notFound, "there is nothing at this path", hint: "docs/http-api.md lists what there is.")
        case .wrongMethod(let allowed)?:
            let list = allowed.map(\.rawValue).joined(separator: ", ")
            var problem = Problem(
                .methodNotAllowed, .methodNotAllowed, "this path does not take \(head.method.rawValue)",
                hint: "It takes \(list).")
            problem.headers[.allow] = list
            throw problem
        case .endpoint(let endpoint, let captures)?:
            let query = try query(parts.count > 1 ? parts[1] : "", of: endpoint)
            return Admitted(
                endpoint: endpoint,
                request: EndpointRequest(
                    path: captures, query: query, body: .null, form: [:], headers: head.headerFields))
        }
    }

    @concurrent private func read(
        _ body: inout BodyReader, _ willRead: @concurrent () async throws -> Void
    ) async throws(Problem) -> [UInt8]? {
        do {
            if !body.isFinished { try await willRead() }
            return try await body.collect(upTo: bodyLimit)
        } catch {
            throw Problem(.badRequest, .malformed, "the body did not arrive whole", hint: "Send it again.")
        }
    }

    /// Nil for a path that does not start with a slash, or has a bad escape.
    private func segments(of path: Substring) -> [String]? {
        guard path.first == "/" else { return nil }
        guard path != "/" else { return [] }
        var segments: [String] = []
        for part in path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard let text = QueryString.decode(part) else { return nil }
            segments.append(text)
        }
        return segments
    }

    private func query(_ text: Substring, of endpoint: Endpoint) throws(Problem) -> [String: String] {
        guard let values = QueryString.parse(text) else {
            throw Problem(.badRequest, .malformed, "the query is malformed, or names a parameter twice")
        }
        let known = endpoint.parameters.filter { $0.place == .query }
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            guard let parameter = known.first(where: { $0.name == name }) else {
                let names = known.map(\.name)
                let near = NearestName.of(name, among: names).map { "Did you mean '\($0)'?" }
                let list = names.isEmpty ? "This path takes none." : "Known are \(names.joined(separator: ", "))."
                throw Problem(
                    .badRequest, .malformed, "'\(name.prefix(64))' is not a known parameter", hint: near ?? list)
            }
            if let problem = parameter.problem(with: value) {
                throw Problem(.badRequest, .malformed, "'\(name)' \(problem)")
            }
        }
        return values
    }

    private func checkContentType(_ head: HTTPRequest, of endpoint: Endpoint, hasBody: Bool) throws(Problem) {
        let type = head.headerFields[.contentType]?.split(separator: ";").first?
            .trimmingSpaces().lowercased()
        let wanted: String
        switch endpoint.body {
        case .none: return
        case .json(let schema):
            // A command without a body needs no type; a form's type is refused with or without one.
            if type == nil, !hasBody, schema.isOptional { return }
            wanted = "application/json"
        case .form: wanted = "application/x-www-form-urlencoded"
        }
        guard type == wanted else {
            throw Problem(
                .unsupportedMediaType, .contentType, "the body must be \(wanted)",
                hint: "Send 'Content-Type: \(wanted)'.")
        }
    }

    private func parse(_ bytes: [UInt8], into admitted: inout Admitted) throws(Problem) {
        switch admitted.endpoint.body {
        case .none: break
        case .form:
            guard let form = String(validating: bytes, as: UTF8.self).flatMap({ QueryString.parse($0) }) else {
                throw Problem(.badRequest, .malformed, "the form is malformed")
            }
            admitted.request.form = form
        case .json(let schema):
            if bytes.isEmpty, schema.isOptional { return }
            do {
                admitted.request.body = try JSONParser.parse(bytes)
            } catch {
                throw Problem(.badRequest, .malformed, "the body is not JSON that is taken here: \(error)")
            }
            let problems = schema.problems(in: admitted.request.body)
            guard problems.isEmpty else { throw Problem(malformed: problems) }
        }
    }

    private var tooLarge: Problem {
        Problem(
            .contentTooLarge, .tooLarge, "the body is larger than \(ByteSize(bytes: bodyLimit).text)",
            hint: "Send less at once, or raise 'http: { body_limit: … }'.")
    }

    private func refusal(_ error: any Error, endpoint: Endpoint?, head: HTTPRequest) -> Reply {
        let problem = Problem(error)
        if problem.status.code == 500 {
            logger.error(
                "A request failed",
                metadata: ["http.route": "\(endpoint?.path.description ?? "none")", "error": "\(error)"])
        }
        let wantsPage =
            endpoint.map { $0.surface == .page } ?? (head.headerFields[.accept]?.contains("text/html") == true)
        guard wantsPage else { return problem.reply }
        var reply = Reply.html(ErrorPage.html(problem, application: context.application), problem.status)
        reply.headers.append(contentsOf: problem.headers)
        return reply
    }
}

extension StringProtocol {
    func trimmingSpaces() -> String {
        String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
