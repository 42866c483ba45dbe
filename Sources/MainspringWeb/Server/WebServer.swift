import HTTPTypes
import HummingbirdCore
public import Logging
import MainspringCore
import NIOCore
import NIOPosix

/// START HERE: the node's HTTP listener. ``bind(_:_:logger:)`` takes a port, ``run()`` answers on it.
///
/// A request goes `RequestResponder` → `RequestGate` → `EndpointTable` → a handler → `JobClient`, `ServiceControl` or
/// `NodeInspector`.
public struct WebServer: Sendable {
    private typealias Listener = NIOAsyncChannel<HTTP1Channel.Value, Never>

    /// The bare origin: `http://127.0.0.1:8501`.
    public let url: String
    public let port: Int
    private let listener: Listener
    private let configuration: WebConfiguration
    private let dependencies: WebDependencies
    private let connections: OpenConnections
    private let waits: JobWaits
    private let logger: Logger

    /// Takes the first free port. From then on clients can connect; they are answered once ``run()`` is called, which must
    /// happen, be it after ``shutdown()``.
    ///
    /// Throws `no_free_port` when every port of the range is taken, and `configuration` when the address is not of this
    /// machine or may not be used.
    public static func bind(
        _ configuration: WebConfiguration, _ dependencies: WebDependencies, logger: Logger
    ) async throws -> WebServer {
        var logger = logger
        // The library tells of every connection at lower levels.
        logger.logLevel = max(logger.logLevel, .warning)
        for port in configuration.ports {
            do {
                let listener = try await listen(on: port, configuration, logger: logger)
                return WebServer(listener, configuration, dependencies, logger: logger)
            } catch let error as IOError where error.errnoCode == EADDRINUSE {
                continue
            } catch {
                throw MainspringError(
                    .configuration, "cannot listen on \(configuration.host):\(port)", cause: "\(error)",
                    hint: "Set 'http: { bind: ... }' to an address of this machine and a port that you may use.")
            }
        }
        throw MainspringError(
            .noFreePort,
            "no port from \(configuration.ports.lowerBound) to \(configuration.ports.upperBound) is free on \(configuration.host)",
            hint: "Stop what holds them, or name other ports in 'http: { bind: ... }' or MAINSPRING_HTTP_BIND.")
    }

    private init(
        _ listener: Listener, _ configuration: WebConfiguration, _ dependencies: WebDependencies, logger: Logger
    ) {
        self.listener = listener
        self.configuration = configuration
        self.dependencies = dependencies
        self.logger = logger
        connections = OpenConnections(limit: configuration.connectionLimit)
        waits = JobWaits(jobs: dependencies.jobs)
        port = listener.channel.localAddress?.port ?? configuration.ports.lowerBound
        url = "http://\(Self.reachableHost(configuration.host)):\(port)"
    }

    /// Answers until ``shutdown()`` is called or the task is cancelled; then nothing of it runs or listens any more.
    ///
    /// After a shutdown, answers that are under way have the grace; what still runs then is cut off.
    @concurrent public func run() async {
        let http = HTTP1Channel(responder: responder(), configuration: Self.channelConfiguration(configuration))
        await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                do {
                    try await listener.executeThenClose { inbound in
                        for try await connection in inbound {
                            group.addTask(name: "mainspring.http") { await serve(connection, with: http) }
                        }
                    }
                } catch is CancellationError {
                    // Asked for: the connections that are open are cancelled with it.
                } catch {
                    logger.error("The listener failed", metadata: ["error": "\(error)"])
                }
                connections.quiesce()
                await connections.drained(within: configuration.shutdownGrace, time: dependencies.time)
                group.cancelAll()
                await connections.drained(within: Self.farewell, time: dependencies.time)
                connections.closeAll()
            }
        } onCancel: {
            listener.channel.close(promise: nil)
        }
    }

    /// Takes no more connections, answers clients that wait for a job, and makes ``run()`` return within the grace. May be called more than once.
    public func shutdown() {
        listener.channel.close(promise: nil)
        waits.stop()
        connections.quiesce()
    }

    /// For cancelled handlers to end by themselves.
    private static let farewell: Duration = .milliseconds(250)

    private func serve(_ connection: HTTP1Channel.Value, with http: HTTP1Channel) async {
        guard connections.add(connection.channel) else {
            try? await connection.executeThenClose { _, _ in }
            return
        }
        await http.handle(value: connection, logger: logger)
        connections.remove(connection.channel)
    }

    // MARK: Answers

    /// The rest of a body that nobody wants is read for this long, so that the client gets to read its answer.
    private static let lingering: Duration = .seconds(2)

    /// Ends a connection whose request was not read to its end.
    private struct Hangup: Error {}

    private func responder() -> HTTPChannelHandler.Responder {
        let responder = RequestResponder(
            context: WebContext(dependencies, waits: waits, configuration: configuration, url: url),
            gate: RequestGate(bindHost: configuration.host, hosts: configuration.hosts),
            bodyLimit: configuration.bodyLimit,
            logger: logger)
        let time = dependencies.time
        let bodyTimeout = configuration.bodyTimeout
        return { request, writer, channel in
            var body = BodyReader(request)
            if !body.isFinished { body.deadline = time.schedule(after: bodyTimeout) { channel.close(promise: nil) } }
            defer { body.deadline?.cancel() }
            var reply = await responder.reply(to: request, body: &body) {
                guard request.headers[.expect]?.lowercased() == "100-continue" else { return }
                try await writer.writeInformationalHead(HTTPResponse(status: .continue))
            }
            if !body.isFinished { reply.headers[.connection] = "close" }
            try await writer.write(
                response: HTTPResponse(status: reply.status, headerFields: reply.headers),
                body: reply.body.isEmpty ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: reply.body)))
            guard !body.isFinished else { return }
            channel.close(mode: .output, promise: nil)
            let cut = time.schedule(after: Self.lingering) { channel.close(promise: nil) }
            defer { cut.cancel() }
            try await body.discard()
            throw Hangup()
        }
    }

    // MARK: Listening

    private static func listen(
        on port: Int, _ configuration: WebConfiguration, logger: Logger
    ) async throws -> Listener {
        let http = HTTP1Channel(responder: { _, _, _ in }, configuration: channelConfiguration(configuration))
        return try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            // Else a port stays taken for a minute after a restart; two listeners on one port remain refused.
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .bind(host: configuration.host, port: port) { http.setup(channel: $0, logger: logger) }
    }

    private static func channelConfiguration(_ configuration: WebConfiguration) -> HTTP1Channel.Configuration {
        HTTP1Channel.Configuration(
            idleTimeout: .init(configuration.idleTimeout),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 64 << 10, maxHeaderFieldCount: 100))
    }

    /// A host that a client on this machine can connect to.
    private static func reachableHost(_ host: String) -> String {
        switch host {
        case "0.0.0.0": "127.0.0.1"
        case "::": "[::1]"
        default: host.contains(":") ? "[\(host)]" : host
        }
    }
}
