import NIOCore
import NIOPosix

/// A connection on which a test writes bytes as it likes.
struct RawClient: Sendable {
    private let channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>

    /// Connects, runs `body`, and closes.
    static func with<Value: Sendable>(
        port: Int, _ body: @concurrent (inout RawConnection) async throws -> Value
    ) async throws -> Value {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var connection = RawConnection(inbound: inbound.makeAsyncIterator(), outbound: outbound)
            return try await body(&connection)
        }
    }
}

struct RawConnection {
    fileprivate var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    fileprivate let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private(set) var received = ""

    func write(_ text: String) async throws {
        try await outbound.write(ByteBuffer(string: text))
    }

    /// Reads until `mark` has arrived; false when the server closes first.
    @concurrent mutating func read(until mark: String) async throws -> Bool {
        while !received.contains(mark) {
            guard let buffer = try await inbound.next() else { return false }
            received += String(buffer: buffer)
        }
        return true
    }

    /// Everything until the server closes.
    @concurrent mutating func readToEnd() async throws -> String {
        while let buffer = try await inbound.next() { received += String(buffer: buffer) }
        return received
    }
}
