import HTTPTypes
import HummingbirdCore
public import Logging
import MainspringCore
import NIOCore
import NIOPosix

/// START HERE: the node's HTTP listener. ``bind(_:_:logger:)`` takes a port, ``run()`` answers on it.
///
/// A connection begins at `FrontDoor`, on its event loop, which answers probes itself. Any other request goes `Reception` → a
/// task of ``run()`` → `RequestResponder` → `RequestGate` → `EndpointTable` → a handler → `JobClient`, `ServiceControl` or
/// `NodeInspector`.
public struct WebServer: Sendable {
    /// The bare origin: `http://127.0.0.1:8501`.
    public let url: String
    public let port: Int
    private let listener: any Channel
    private let configuration: WebConfiguration
    private let dependencies: WebDependencies
    private let connections: OpenConnections
    let reception: Reception
    private let waits: JobWaits
    private let responder: RequestResponder
    private let logger: Logger

    /// Takes the first free port. From then on probes are answered; other requests once ``run()`` is called, which must
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
        let connections = OpenConnections(limit: configuration.connectionLimit + probeConnections)
        let reception = Reception(limit: configuration.connectionLimit)
        for port in configuration.ports {
            do {
                let listener = try await listen(on: port, configuration, connections, reception, logger: logger)
                return WebServer(
                    listener, configuration, dependencies, connections: connections, reception: reception,
                    logger: logger)
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
        _ listener: any Channel, _ configuration: WebConfiguration, _ dependencies: WebDependencies,
        connections: OpenConnections, reception: Reception, logger: Logger
    ) {
        self.listener = listener
        self.configuration = configuration
        self.dependencies = dependencies
        self.logger = logger
        self.connections = connections
        self.reception = reception
        waits = JobWaits(jobs: dependencies.jobs)
        port = listener.localAddress?.port ?? configuration.ports.lowerBound
        url = "http://\(Self.reachableHost(configuration.host)):\(port)"
        responder = RequestResponder(
            context: WebContext(dependencies, waits: waits, configuration: configuration, url: url),
            gate: RequestGate(bindHost: configuration.host, hosts: configuration.hosts),
            bodyLimit: configuration.bodyLimit,
            logger: logger)
        reception.open(responder)
        listener.closeFuture.whenComplete { _ in reception.close() }
    }

    /// Answers until ``shutdown()`` is called or the task is cancelled; then nothing of it runs or listens any more.
    ///
    /// After a shutdown, answers that are under way have the grace; what still runs then is cut off.
    @concurrent public func run() async {
        let http = HTTP1Channel(responder: answers())
        await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                while let connection = await reception.next() {
                    group.addTask(name: "mainspring.http") {
                        await http.handle(value: connection, logger: logger)
                        reception.finished()
                    }
                }
                if !connections.isQuiescing, !Task.isCancelled { logger.error("The listener closed by itself") }
                connections.quiesce()
                await connections.drained(within: configuration.shutdownGrace, time: dependencies.time)
                group.cancelAll()
                await connections.drained(within: Self.farewell, time: dependencies.time)
                connections.closeAll()
            }
        } onCancel: {
            listener.close(promise: nil)
        }
    }

    /// Takes no more connections, answers clients that wait for a job, and makes ``run()`` return within the grace. May be called more than once.
    public func shutdown() {
        connections.quiesce()
        listener.close(promise: nil)
        waits.stop()
    }

    /// Open connections beyond the limit, so that a node that is full or stuck still answers probes.
    private static let probeConnections = 64

    /// For cancelled handlers to end by themselves.
    private static let farewell: Duration = .milliseconds(250)

    // MARK: Answers

    /// The rest of a body that nobody wants is read for this long, so that the client gets to read its answer.
    private static let lingering: Duration = .seconds(2)

    /// Ends a connection whose request was not read to its end.
    private struct Hangup: Error {}

    private func answers() -> HTTPChannelHandler.Responder {
        let time = dependencies.time
        let bodyTimeout = configuration.bodyTimeout
        return { [responder] request, writer, channel in
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
        on port: Int, _ configuration: WebConfiguration, _ connections: OpenConnections, _ reception: Reception,
        logger: Logger
    ) async throws -> any Channel {
        try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            // Else a port stays taken for a minute after a restart; two listeners on one port remain refused.
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                guard connections.add(channel) else { return channel.eventLoop.makeFailedFuture(NoRoom()) }
                channel.closeFuture.whenComplete { _ in connections.remove(channel) }
                return channel.eventLoop.makeCompletedFuture {
                    try FrontDoor.furnish(
                        channel, idleTimeout: configuration.idleTimeout, reception: reception, logger: logger)
                }
            }
            .bind(host: configuration.host, port: port)
            .get()
    }

    /// Has a connection closed before it begins.
    private struct NoRoom: Error {}

    /// A host that a client on this machine can connect to.
    private static func reachableHost(_ host: String) -> String {
        switch host {
        case "0.0.0.0": "127.0.0.1"
        case "::": "[::1]"
        default: host.contains(":") ? "[\(host)]" : host
        }
    }
}
