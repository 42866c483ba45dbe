import MainspringTesting
import NIOCore
import NIOPosix
import Synchronization

/// Stands between a client and its server, and does to their connections what a network may.
final class ChaosProxy: Sendable {
    enum Upstream: Sendable {
        case socket(String)
        case port(Int)
    }

    private struct State {
        var fault = ChaosFault.none
        var accepted = 0
        var listener: (any Channel)?
        var links: [Int: NIOLoopBound<ChaosLink>] = [:]
    }

    /// Of 127.0.0.1; it stays the same.
    let port: Int
    private let upstream: Upstream
    private let group = MultiThreadedEventLoopGroup.singleton
    private let state = Mutex(State())

    private init(upstream: Upstream, port: Int) {
        self.upstream = upstream
        self.port = port
    }

    static func start(to upstream: Upstream) async throws -> ChaosProxy {
        for _ in 1..<5 {
            let proxy = ChaosProxy(upstream: upstream, port: try FreePort.find())
            do {
                try await proxy.listen()
                return proxy
            } catch let error as IOError where error.errnoCode == EADDRINUSE {}
        }
        let proxy = ChaosProxy(upstream: upstream, port: try FreePort.find())
        try await proxy.listen()
        return proxy
    }

    /// Connections so far.
    var accepted: Int { state.withLock { $0.accepted } }
    var fault: ChaosFault { state.withLock { $0.fault } }

    /// Holds for the connections there are and for new ones; in force when this returns.
    func set(_ fault: ChaosFault) async throws {
        let (links, listener) = state.withLock { state in
            state.fault = fault
            defer { if fault == .refused { state.listener = nil } }
            return (Array(state.links.values), state.listener)
        }
        if fault == .refused {
            try await listener?.close()
        } else if listener == nil {
            try await listen()
        }
        for link in links { try await link.eventLoop.submit { link.value.apply(fault) }.get() }
    }

    /// Closes its port and every connection.
    func close() async throws { try await set(.refused) }

    private func listen() async throws {
        let listener = try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { [weak self] client in
                client.eventLoop.makeCompletedFuture { try self?.accept(client) }
            }
            .bind(host: "127.0.0.1", port: port).get()
        state.withLock { $0.listener = listener }
    }

    private func accept(_ client: any Channel) throws {
        let link = state.withLock { state in
            state.accepted += 1
            let link = ChaosLink(number: state.accepted, client: client, upstream: upstream)
            state.links[state.accepted] = NIOLoopBound(link, eventLoop: client.eventLoop)
            return link
        }
        let number = link.number
        client.closeFuture.whenComplete { [weak self] _ in
            self?.state.withLock { _ = $0.links.removeValue(forKey: number) }
        }
        try client.pipeline.syncOperations.addHandler(
            ChaosHandler(link: link, side: .client) { [weak self] in self?.fault ?? .refused })
    }
}
