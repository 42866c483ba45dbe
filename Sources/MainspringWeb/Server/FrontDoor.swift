import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// Where a connection begins, on its event loop: answers probes itself, and gives the connection to the pool once it asks for
/// anything else.
///
/// So probes are answered while every thread of the pool is blocked, and cost it nothing. Answers stay in the order of their
/// requests: a probe that comes while an earlier request is under way goes the way of that.
final class FrontDoor: ChannelDuplexHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let reception: Reception
    private var isHandedOver = false
    /// Requests given to the pool whose answers are not out.
    private var unanswered = 0
    /// The answer to the probe that is being read, and whether the connection ends with it.
    private var reply: (Reply, isLast: Bool)?
    private var lastWrite: EventLoopFuture<Void>?
    /// A client that asks and asks but does not read its answers must wait.
    private var isReadHeld = false

    init(_ reception: Reception) {
        self.reception = reception
    }

    /// HTTP/1 as ``HTTP1Channel`` sets it up, but with this door in front of its asynchronous part.
    static func furnish(
        _ channel: any Channel, idleTimeout: Duration, reception: Reception, logger: Logger
    ) throws {
        let pipeline = channel.pipeline.syncOperations
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 16 << 10
        limits.maxHeaderListSize = 64 << 10
        limits.maxHeaderFieldCount = 100
        try pipeline.configureHTTPServerPipeline(
            withPipeliningAssistance: false, withErrorHandling: false, withOutboundHeaderValidation: false,
            withEncoderConfiguration: .init(), withDecoderLimitConfiguration: limits)
        try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
        try pipeline.addHandler(HTTPConnectionStateHandler(idleTimeout: idleTimeout, logger: logger))
        try pipeline.addHandler(FrontDoor(reception))
    }

    // MARK: In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            if unanswered == 0, let reply = reception.reply(to: head) {
                self.reply = (reply, isLast: head.headerFields[.connection]?.lowercased() == "close")
                return
            }
            unanswered += 1
            guard isHandedOver || handOver(context) else { return context.close(promise: nil) }
        case .body:
            if reply != nil { return }
        case .end:
            if let (reply, isLast) = reply {
                self.reply = nil
                return send(reply, isLast: isLast, context)
            }
        }
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if isHandedOver { return context.fireErrorCaught(error) }
        guard error is HTTPParserError else { return context.close(promise: nil) }
        let headers: HTTPFields = [.connection: "close", .contentLength: "0"]
        var reply = Reply(.badRequest, type: "text/plain; charset=utf-8", headers: headers, body: [])
        SecurityHeaders.apply(to: &reply.headers)
        send(reply, isLast: true, context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if !isHandedOver, case ChannelEvent.inputClosed = event { closeAfterLastWrite(context) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if isReadHeld, context.channel.isWritable {
            isReadHeld = false
            context.read()
        }
        context.fireChannelWritabilityChanged()
    }

    // MARK: Out

    func read(context: ChannelHandlerContext) {
        isReadHeld = unanswered == 0 && !context.channel.isWritable
        if !isReadHeld { context.read() }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { unanswered = max(0, unanswered - 1) }
        context.write(data, promise: promise)
    }

    private func send(_ reply: Reply, isLast: Bool, _ context: ChannelHandlerContext) {
        let head = HTTPResponse(status: reply.status, headerFields: reply.headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !reply.body.isEmpty { context.write(wrapOutboundOut(.body(ByteBuffer(bytes: reply.body))), promise: nil) }
        lastWrite = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        if isLast { closeAfterLastWrite(context) }
    }

    private func closeAfterLastWrite(_ context: ChannelHandlerContext) {
        let channel = context.channel
        guard let lastWrite else { return context.close(promise: nil) }
        lastWrite.whenComplete { _ in channel.close(promise: nil) }
    }

    /// False when too many wait for the pool.
    private func handOver(_ context: ChannelHandlerContext) -> Bool {
        let connection = try? Reception.Connection(
            wrappingChannelSynchronously: context.channel, configuration: .init(isOutboundHalfClosureEnabled: true))
        isHandedOver = connection != nil
        return connection.map { reception.take($0) } ?? false
    }
}
