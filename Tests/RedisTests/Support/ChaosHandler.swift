import NIOCore

/// One end of a ``ChaosLink``: hands on what its channel reads.
final class ChaosHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let link: ChaosLink
    private let side: ChaosLink.Side
    private let fault: @Sendable () -> ChaosFault

    /// `fault` tells what holds when a client's channel begins.
    init(link: ChaosLink, side: ChaosLink.Side, fault: @escaping @Sendable () -> ChaosFault) {
        self.link = link
        self.side = side
        self.fault = fault
    }

    func channelActive(context: ChannelHandlerContext) {
        if side == .client { link.apply(fault()) }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        link.take(unwrapInboundIn(data), from: side)
    }

    func channelInactive(context: ChannelHandlerContext) {
        link.ended(side)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
