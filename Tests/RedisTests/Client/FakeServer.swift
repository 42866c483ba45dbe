import MainspringTesting
import NIOCore
import NIOPosix

@testable import MainspringRedis

/// A server that is not Redis, or not in its right mind: it answers each piece it reads as a script says.
final class FakeServer: Sendable {
    enum Answer: Sendable {
        case bytes(String)
        /// One byte at a time, each flushed.
        case drip(String)
        case silence
        case close
    }

    typealias Script = @Sendable (_ heard: String) -> Answer

    /// What a Redis says to HELLO.
    static let hello = "%1\r\n+proto\r\n:3\r\n"

    let opened: Signal
    let heard: Signal
    private let channel: any Channel

    var endpoint: RedisEndpoint { RedisEndpoint(.host("127.0.0.1", port: channel.localAddress?.port ?? 0)) }

    var tlsEndpoint: RedisEndpoint {
        var endpoint = endpoint
        endpoint.tls = RedisEndpoint.TLS()
        return endpoint
    }

    private init(_ channel: any Channel, _ opened: Signal, _ heard: Signal) {
        self.channel = channel
        self.opened = opened
        self.heard = heard
    }

    @concurrent static func start(greeting: Answer = .silence, _ script: @escaping Script) async throws -> FakeServer {
        let (opened, heard) = (Signal(), Signal())
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    try child.pipeline.syncOperations.addHandler(Handler(greeting, script, opened, heard))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return FakeServer(channel, opened, heard)
    }

    /// Answers HELLO as Redis does, and everything else as the script says.
    static func redis(_ script: @escaping Script) async throws -> FakeServer {
        try await start { heard in heard.contains("HELLO") ? .bytes(hello) : script(heard) }
    }

    func close() async { try? await channel.close().get() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let greeting: Answer
        private let script: Script
        private let (opened, heard): (Signal, Signal)

        init(_ greeting: Answer, _ script: @escaping Script, _ opened: Signal, _ heard: Signal) {
            self.greeting = greeting
            self.script = script
            (self.opened, self.heard) = (opened, heard)
        }

        func channelActive(context: ChannelHandlerContext) {
            answer(greeting, context)
            opened.notify()
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let text = String(buffer: unwrapInboundIn(data))
            answer(script(text), context)
            heard.notify()
        }

        private func answer(_ answer: Answer, _ context: ChannelHandlerContext) {
            switch answer {
            case .bytes(let text):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
            case .drip(let text):
                for byte in text.utf8 {
                    context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: [byte])), promise: nil)
                }
            case .silence: break
            case .close: context.close(promise: nil)
            }
        }
    }
}

/// Runs the body with the server and closes it.
func withServer<Value>(_ server: FakeServer, _ body: (FakeServer) async throws -> Value) async throws -> Value {
    do {
        let value = try await body(server)
        await server.close()
        return value
    } catch {
        await server.close()
        throw error
    }
}
