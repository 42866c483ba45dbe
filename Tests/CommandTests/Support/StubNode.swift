import MainspringCore
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

struct StubRequest: Sendable, Equatable {
    var method: String
    /// The path with its query.
    var uri: String
    var contentType: String?
    var body: JSONValue?
}

struct StubReply: Sendable {
    var status: Int
    var headers: [(String, String)] = []
    var body: String

    static func json(_ value: JSONValue, status: Int = 200) -> StubReply {
        StubReply(status: status, body: value.compactText)
    }

    static func problem(
        _ status: Int, _ code: String, _ detail: String, hint: String? = nil, problems: [String] = []
    ) -> StubReply {
        var document: [String: JSONValue] = [
            "type": .string("urn:mainspring:problem:\(code)"), "title": "Refused", "status": .integer(Int64(status)),
            "code": .string(code), "detail": .string(detail),
        ]
        if let hint { document["hint"] = .string(hint) }
        if !problems.isEmpty {
            document["problems"] = .array(problems.map { ["index": 0, "code": .string(code), "message": .string($0)] })
        }
        return .json(.object(document), status: status)
    }
}

/// An HTTP server on a free port of the loopback that answers as the test says.
final class StubNode: Sendable {
    typealias Answer = @Sendable (StubRequest) -> StubReply?

    private let seen = Mutex<[StubRequest]>([])
    private let channel = Mutex<(any Channel)?>(nil)
    private let answer: Answer

    /// `nil` as an answer: the request stays open for ever.
    static func with(_ answer: @escaping Answer, _ body: (StubNode, String) async throws -> Void) async throws {
        let node = StubNode(answer: answer)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(node: node))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        node.channel.withLock { $0 = channel }
        do {
            try await body(node, "http://127.0.0.1:\(channel.localAddress?.port ?? 0)")
        } catch {
            try await channel.close().get()
            throw error
        }
        try await channel.close().get()
    }

    var requests: [StubRequest] { seen.withLock { $0 } }

    private init(answer: @escaping Answer) {
        self.answer = answer
    }

    private func reply(to request: StubRequest) -> StubReply? {
        seen.withLock { $0.append(request) }
        return answer(request)
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let node: StubNode
        private var head: HTTPRequestHead?
        private var body = ByteBuffer()

        init(node: StubNode) {
            self.node = node
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                self.head = head
                body.clear()
            case .body(var part): body.writeBuffer(&part)
            case .end:
                guard let head else { return }
                let request = StubRequest(
                    method: head.method.rawValue, uri: head.uri, contentType: head.headers.first(name: "content-type"),
                    body: try? JSONParser.parse(Array(buffer: body)))
                guard let reply = node.reply(to: request) else { return }
                write(reply, version: head.version, context: context)
            }
        }

        private func write(_ reply: StubReply, version: HTTPVersion, context: ChannelHandlerContext) {
            var headers = HTTPHeaders([
                ("content-type", "application/json"), ("content-length", "\(reply.body.utf8.count)"),
            ])
            for (name, value) in reply.headers { headers.replaceOrAdd(name: name, value: value) }
            let head = HTTPResponseHead(version: version, status: .init(statusCode: reply.status), headers: headers)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: reply.body)))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
