import AsyncHTTPClient
import Glibc
import MainspringCore
import NIOCore
import NIOHTTP1
import NIOPosix

/// One node's HTTP API, for the length of one command.
struct NodeClient: Sendable {
    static let maxAnswerBytes = 32 << 20

    let address: NodeAddress
    /// A node that takes longer counts as unreachable; a wait that was asked for comes on top.
    private let answerTime: Duration
    private let http: HTTPClient

    /// Finds the node, and closes every connection to it afterwards.
    static func with<Result: Sendable>(
        _ options: NodeOptions, in context: CommandContext, _ body: (NodeClient) async throws -> Result
    ) async throws -> Result {
        let address = try NodeFinder(context: context).find(url: options.url, state: options.state)
        var settings = HTTPClient.Configuration(redirectConfiguration: .disallow)
        settings.timeout = .init(connect: .seconds(5))
        settings.httpVersion = .http1Only
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
        do {
            let result = try await body(NodeClient(address: address, answerTime: context.answerTime, http: http))
            try await http.shutdown()
            return result
        } catch {
            try? await http.shutdown()  // The first error says more than that of the way out.
            throw error
        }
    }

    func get(_ path: String..., query: [(String, String)] = [], waiting: Duration = .zero) async throws -> JSONValue {
        try await send(.GET, address.url(["v1"] + path, query: query), timeout: answerTime + waiting)
    }

    func post(_ path: String..., body: JSONValue = [:], waiting: Duration = .zero) async throws -> JSONValue {
        try await send(.POST, address.url(["v1"] + path), body: body, timeout: answerTime + waiting)
    }

    /// Throws ``NodeRefusal``, `unreachable`, or `CancellationError`.
    private func send(
        _ method: HTTPMethod, _ url: String, body: JSONValue? = nil, timeout: Duration
    ) async throws -> JSONValue {
        var request = HTTPClientRequest(url: url)
        request.method = method
        request.headers.add(name: "accept", value: "application/json")
        request.headers.add(name: "user-agent", value: "mainspring/\(MainspringVersion.current)")
        if let body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: body.compactText))
        }
        let status: Int
        let headers: HTTPHeaders
        let bytes: [UInt8]
        do {
            let limit = TimeAmount.nanoseconds(min(timeout.wholeMicroseconds, Int64.max / 2000) * 1000)
            let response = try await http.execute(request, timeout: limit)
            status = Int(response.status.code)
            headers = response.headers
            bytes = Array(buffer: try await response.body.collect(upTo: Self.maxAnswerBytes))
        } catch {
            throw failure(error)
        }
        return try value(status: status, headers: headers, bytes: bytes)
    }

    private func value(status: Int, headers: HTTPHeaders, bytes: [UInt8]) throws -> JSONValue {
        let document = bytes.isEmpty ? nil : try? JSONParser.parse(bytes)
        switch status {
        case 200..<300:
            if bytes.isEmpty { return .null }
            guard let document else { throw foreign }
            return document
        case 400...:
            // Every refusal of a node is a problem document; anything else there is another program's.
            guard let document, document["code"] != nil || document["title"] != nil else { throw foreign }
            throw NodeRefusal(httpStatus: status, document: document, retryAfter: headers.first(name: "retry-after"))
        default:
            throw foreign
        }
    }

    private var foreign: MainspringError {
        MainspringError(
            .unreachable, "what answers at \(address.origin) is no Mainspring node, or another version of it",
            hint: "See the right address with 'cat .mainspring/run.json', or start a node: mainspring run")
    }

    private func failure(_ error: any Error) -> any Error {
        if error is CancellationError || Task.isCancelled { return CancellationError() }
        if error is NIOTooManyBytesError {
            return MainspringError(
                .tooLarge, "the answer is larger than \(Self.maxAnswerBytes) bytes", hint: "Ask for less, with --limit."
            )
        }
        let late: [HTTPClientError] = [.deadlineExceeded, .readTimeout, .connectTimeout, .getConnectionFromPoolTimeout]
        if let error = error as? HTTPClientError, late.contains(error) {
            return MainspringError(
                .unreachable, "the node at \(address.origin) did not answer in time",
                hint: "See its log; or look at \(address.origin)/livez.")
        }
        return MainspringError(
            .unreachable, "no node could be reached at \(address.origin)", cause: Self.reason(error),
            hint: "Start one with 'mainspring run', or name another with --url.")
    }

    private static func reason(_ error: any Error) -> String? {
        switch error {
        case let error as IOError: String(cString: strerror(error.errnoCode)).lowercased()
        case let error as NIOConnectionError:
            error.connectionErrors.first.flatMap { reason($0.error) } ?? "the name '\(error.host)' is not known"
        default: nil
        }
    }
}
