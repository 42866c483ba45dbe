import Glibc
import MainspringTesting
import NIOCore
import NIOPosix

/// One connection through a ``ChaosProxy``: its client, its server, and what is on the way between them. Lives on the client's
/// event loop.
final class ChaosLink {
    enum Side { case client, server }

    /// What one side sent and the other has not got yet.
    private struct Lane {
        var chunks: [(due: NIODeadline, bytes: ByteBuffer)] = []
        var lastDue = NIODeadline.uptimeNanoseconds(0)
        var isOver = false
    }

    let number: Int
    private let client: any Channel
    private let upstream: ChaosProxy.Upstream
    private var server: (any Channel)?
    private var isConnecting = false
    private var fault = ChaosFault.none
    /// Silent for ever.
    private var isLost = false
    /// Answers were lost: the rest would not be understood.
    private var isTorn = false
    private var budget: Int?
    private var lanes: [Side: Lane] = [.client: Lane(), .server: Lane()]

    init(number: Int, client: any Channel, upstream: ChaosProxy.Upstream) {
        self.number = number
        self.client = client
        self.upstream = upstream
    }

    func apply(_ next: ChaosFault) {
        fault = next
        switch next {
        case .reset, .refused: return reset()
        case .closed: return client.close(promise: nil)
        case .halfOpen: isLost = true
        case .flaky(let seed, let bytes):
            var random = SeededGenerator(seed: seed &+ UInt64(number))
            budget = Int.random(in: 0..<max(1, bytes), using: &random)
        default: break
        }
        if isTorn, next != .answersLost { return reset() }
        guard flows else { return read(false) }
        guard server != nil else { return connect() }
        read(true)
        pump(.client)
        pump(.server)
    }

    private var flows: Bool { fault != .frozen && !isLost }

    func take(_ bytes: ByteBuffer, from side: Side) {
        var due = NIODeadline.now()
        switch fault {
        case .delay(let time): due = due + time
        case .throttle(let rate):
            due =
                max(due, lanes[side]?.lastDue ?? due)
                + .nanoseconds(Int64(bytes.readableBytes) * 1_000_000_000 / Int64(rate))
        case .answersLost where side == .server:
            isTorn = true
            return
        case .flaky:
            budget = (budget ?? 0) - bytes.readableBytes
            if budget ?? 0 < 0 { return reset() }
        default: break
        }
        // One that is on its way is not overtaken.
        due = max(due, lanes[side]?.lastDue ?? due)
        lanes[side]?.lastDue = due
        lanes[side]?.chunks.append((due, bytes))
        pump(side)
    }

    /// Sends what is due from the side to the other.
    private func pump(_ side: Side) {
        guard flows, let server, var lane = lanes[side] else { return }
        let target = side == .client ? server : client
        let now = NIODeadline.now()
        let count = lane.chunks.prefix { $0.due <= now }.count
        for chunk in lane.chunks.prefix(count) { target.write(chunk.bytes, promise: nil) }
        if count > 0 { target.flush() }
        lane.chunks.removeFirst(count)
        lanes[side] = lane
        if let next = lane.chunks.first {
            let link = NIOLoopBound(self, eventLoop: client.eventLoop)
            client.eventLoop.scheduleTask(deadline: next.due) { link.value.pump(side) }
        } else if lane.isOver {
            target.close(promise: nil)
        }
    }

    func ended(_ side: Side) {
        lanes[side]?.isOver = true
        if isLost, side == .server { return }
        if server == nil { client.close(promise: nil) } else { pump(side) }
    }

    private func connect() {
        guard !isConnecting else { return }
        isConnecting = true
        let link = NIOLoopBound(self, eventLoop: client.eventLoop)
        let bootstrap = ClientBootstrap(group: client.eventLoop)
            .channelOption(.autoRead, value: false)
            .channelOption(.tcpOption(.tcp_nodelay), value: upstream.isPort ? 1 : 0)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        ChaosHandler(link: link.value, side: .server) { .none })
                }
            }
        let connected =
            switch upstream {
            case .socket(let path): bootstrap.connect(unixDomainSocketPath: path)
            case .port(let port): bootstrap.connect(host: "127.0.0.1", port: port)
            }
        connected.whenComplete { result in
            let link = link.value
            link.isConnecting = false
            switch result {
            case .success(let server):
                guard link.client.isActive else { return server.close(promise: nil) }
                link.server = server
                if link.flows { link.read(true) }
            case .failure: link.reset()
            }
        }
    }

    private func read(_ on: Bool) {
        for channel in [client, server].compactMap({ $0 }) {
            channel.setOption(.autoRead, value: on).whenFailure { _ in channel.close(promise: nil) }
        }
    }

    private func reset() {
        isLost = false
        // First of all: the end of the server's connection closes the client's in order.
        let set = (client as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        guard let set else { return client.close(promise: nil) }
        set.whenComplete { [client, server] _ in
            client.close(promise: nil)
            server?.close(promise: nil)
        }
    }
}

extension ChaosProxy.Upstream {
    fileprivate var isPort: Bool {
        if case .port = self { true } else { false }
    }
}
