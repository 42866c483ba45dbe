import MainspringCore
import NIOCore
import NIOPosix
import NIOSSL

/// One attempt to connect.
final class RedisConnector: Sendable {
    private let endpoint: RedisEndpoint
    private let bound: Duration
    private let loop: any EventLoop
    private let make: @Sendable () -> RedisConnection
    /// One for each address that is tried, by its channel: a server that ends a connection at once has it out of its
    /// channel's pipeline before the attempt is told that it succeeded.
    private let made: NIOLoopBoundBox<[ObjectIdentifier: RedisConnection]>
    private let found: NIOLoopBoundBox<RedisConnection?>
    private let isGivenUp: NIOLoopBoundBox<Bool>

    init(
        endpoint: RedisEndpoint, within bound: Duration, loop: any EventLoop,
        _ make: @escaping @Sendable () -> RedisConnection
    ) {
        self.endpoint = endpoint
        self.bound = bound
        self.loop = loop
        self.make = make
        made = .makeBoxSendingValue([:], eventLoop: loop)
        found = .makeEmptyBox(valueType: RedisConnection.self, eventLoop: loop)
        isGivenUp = .makeBoxSendingValue(false, eventLoop: loop)
    }

    /// Once there is one; on the event loop alone.
    var connection: RedisConnection? { found.value }

    /// It is too late for this attempt: its sockets are closed, connected or not; on the event loop alone.
    func giveUp() {
        isGivenUp.value = true
        found.value?.fail(.closed)
        for connection in made.value.values { connection.fail(.closed) }
    }

    /// `onFailure`: no connection came of it, and nothing is left of the attempt. A connection tells of its own end.
    func start(_ onFailure: @escaping @Sendable (any Error) -> Void) {
        context().hop(to: loop).flatMap { context in self.connect(context) }.whenComplete { result in
            switch result {
            case .failure(let error): onFailure(error)
            case .success(let channel):
                if let connection = self.made.value[ObjectIdentifier(channel)], !self.isGivenUp.value {
                    self.found.value = connection
                    connection.begin()
                } else {
                    channel.close(promise: nil)
                    onFailure(ChannelError.alreadyClosed)
                }
            }
            self.made.value = [:]
        }
    }

    private func connect(_ context: NIOSSLContext?) -> EventLoopFuture<any Channel> {
        guard !isGivenUp.value else { return loop.makeFailedFuture(ChannelError.alreadyClosed) }
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(.microseconds(bound.wholeMicroseconds))
            .channelOption(.writeBufferWaterMark, value: .init(low: 1 << 20, high: 4 << 20))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard !self.isGivenUp.value else { throw ChannelError.alreadyClosed }
                    if let context { try channel.pipeline.syncOperations.addHandler(self.handler(context)) }
                    let connection = self.make()
                    self.made.value[ObjectIdentifier(channel)] = connection
                    try channel.pipeline.syncOperations.addHandler(connection)
                }
            }
        switch endpoint.address {
        case .socket(let path): return bootstrap.connect(unixDomainSocketPath: path)
        case .host(let host, let port):
            return bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 1).connect(host: host, port: port)
        }
    }

    // MARK: TLS

    /// The files are read anew for each attempt, as certificates are renewed, and not on the event loop.
    private func context() -> EventLoopFuture<NIOSSLContext?> {
        guard let tls = endpoint.tls else { return loop.makeSucceededFuture(nil) }
        return NIOThreadPool.singleton.runIfActive(eventLoop: loop) {
            do {
                return try Self.context(tls)
            } catch {
                throw MainspringError(
                    .configuration, "TLS cannot be set up with the files of the Redis URL", cause: "\(error)",
                    hint: "check that ca_file, cert_file and key_file are PEM files that can be read")
            }
        }
    }

    private static func context(_ tls: RedisEndpoint.TLS) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        switch tls.verification {
        case .full: configuration.certificateVerification = .fullVerification
        case .ca: configuration.certificateVerification = .noHostnameVerification
        case .none: configuration.certificateVerification = .none
        }
        if let file = tls.caFile { configuration.trustRoots = .file(file) }
        if let certificate = tls.certificateFile, let key = tls.keyFile {
            configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) }
            configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: key, format: .pem))
        }
        return try NIOSSLContext(configuration: configuration)
    }

    private func handler(_ context: NIOSSLContext) throws -> NIOSSLClientHandler {
        guard case .host(let host, _) = endpoint.address, (try? SocketAddress(ipAddress: host, port: 0)) == nil else {
            // Without a name the certificate is compared with the address.
            return try NIOSSLClientHandler(context: context, serverHostname: nil)
        }
        return try NIOSSLClientHandler(context: context, serverHostname: host)
    }
}
