public import AsyncHTTPClient
import MainspringCore
public import MainspringJobs
import NIOCore
import NIOHTTP1

/// Runs jobs of a kind that is an HTTP call: the arguments are the JSON body, the status decides the outcome.
///
/// It follows no redirect, sends `Idempotency-Key: <job id>`, and refuses hosts that resolve to link-local addresses.
public struct HTTPCallExecutor: JobExecutor {
    public struct Options: Sendable {
        public var method: String
        public var url: URLTemplate
        public var headers: [(name: String, value: String)]
        public var result: ResultMode
        /// The most that is read of a response.
        public var responseLimit: Int

        public init(
            method: String, url: URLTemplate, headers: [(name: String, value: String)] = [],
            result: ResultMode = .none, responseLimit: Int = 64 << 10
        ) {
            self.method = method
            self.url = url
            self.headers = headers
            self.result = result
            self.responseLimit = responseLimit
        }
    }

    private let options: Options
    private let client: HTTPClient

    /// `client` must not follow redirects; see ``HTTPCallExecutor/makeClient()``.
    public init(options: Options, client: HTTPClient) {
        self.options = options
        self.client = client
    }

    /// The client that all HTTP kinds of a node share; its owner shuts it down.
    public static func makeClient() -> HTTPClient {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(10)
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    public func run(_ attempt: JobAttempt) async -> AttemptResult {
        let call = Task(name: "mainspring.http \(attempt.lease.job.id)") { await self.call(attempt) }
        attempt.onStop { _ in call.cancel() }
        return await call.value
    }

    @concurrent private func call(_ attempt: JobAttempt) async -> AttemptResult {
        do {
            let request = try makeRequest(for: attempt)
            if let address = await HostAddresses.linkLocal(of: options.url.host) {
                return AttemptResult(
                    .discarded(
                        JobFailure(
                            code: "link_local", message: "the host resolves to the link-local address \(address)")))
            }
            let response = try await client.execute(request, deadline: .distantFuture)
            let status = Int(response.status.code)
            let (body, dropped) = try await read(response.body)
            let retryAfter = RetryAfter.parse(response.headers.first(name: "retry-after"))
            return AttemptResult(
                outcome(status: status, body: body, dropped: dropped, retryAfter: retryAfter),
                output: AttemptOutput(standardOutput: body, droppedBytes: dropped))
        } catch let error as MainspringError {
            return AttemptResult(
                .discarded(JobFailure(code: error.code.rawValue, message: error.message, detail: error.hint)))
        } catch is CancellationError {
            return AttemptResult(.failure(JobFailure(code: "stopped", message: "the call was cut")))
        } catch {
            return AttemptResult(
                .failure(
                    JobFailure(
                        code: "http_failed", message: "the call got no answer", detail: String(describing: error))))
        }
    }

    private func makeRequest(for attempt: JobAttempt) throws -> HTTPClientRequest {
        let job = attempt.lease.job
        let arguments = try JSONParser.parse(job.arguments).object ?? [:]
        var request = HTTPClientRequest(url: try options.url.url(with: arguments))
        request.method = HTTPMethod(rawValue: options.method)
        request.headers.add(name: "user-agent", value: "mainspring")
        request.headers.add(name: "idempotency-key", value: job.id.rawValue)
        if !["GET", "HEAD"].contains(options.method) {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: job.arguments))
        }
        for (name, value) in options.headers { request.headers.replaceOrAdd(name: name, value: value) }
        return request
    }

    /// The head of the body within the limit; what is beyond it is not read.
    private func read(_ body: HTTPClientResponse.Body) async throws -> (bytes: [UInt8], dropped: Int) {
        var bytes: [UInt8] = []
        for try await chunk in body {
            bytes += chunk.readableBytesView
            if bytes.count > options.responseLimit {
                let dropped = bytes.count - options.responseLimit
                bytes.removeLast(dropped)
                return (bytes, dropped)
            }
        }
        return (bytes, 0)
    }

    private func outcome(status: Int, body: [UInt8], dropped: Int, retryAfter: Duration?) -> JobOutcome {
        let failure = JobFailure(
            code: "http_\(status)", message: "the call was answered with status \(status)",
            detail: body.isEmpty ? nil : String(decoding: body.prefix(1024), as: UTF8.self))
        switch status {
        case 200..<300: return options.result.result(of: body, dropped: dropped, limit: options.responseLimit)
        case 400, 410, 422: return .discarded(failure)
        case 429, 503: return retryAfter.map { .snoozed($0) } ?? .failure(failure)
        default: return .failure(failure)
        }
    }
}
