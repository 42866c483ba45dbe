import HTTPTypes
import Logging
import MainspringCore
import MainspringRuntime
import NIOCore
import NIOEmbedded
import Testing

@testable import MainspringWeb

/// What the event loop answers itself, beside what the pool answers.
@Suite("The front door")
struct FrontDoorTests {
    private static let live = "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
    private static let node = "GET /v1/node HTTP/1.1\r\nHost: localhost\r\n\r\n"

    private func bind(_ node: Fixture = Fixture(), connectionLimit: Int = 512) async throws -> WebServer {
        var dependencies = node.dependencies
        dependencies.time = SystemTime()
        var configuration = Fixture.configuration
        configuration.connectionLimit = connectionLimit
        return try await WebServer.bind(configuration, dependencies, logger: Logger(label: "test"))
    }

    private func serve<Value: Sendable>(
        _ node: Fixture = Fixture(), _ body: @Sendable (WebServer) async throws -> Value
    ) async throws -> Value {
        let server = try await bind(node)
        async let running: Void = server.run()
        let result: Result<Value, any Error>
        do { result = .success(try await body(server)) } catch { result = .failure(error) }
        server.shutdown()
        await running
        return try result.get()
    }

    @Test("working, busy and wedged are 200, 200 with the time, and 503") func states() async {
        let node = Fixture()
        #expect(await node.get("/livez").headers[.mainspringBusy] == nil)
        node.inspector.set(LivenessReport(state: .busy, unanswered: .microseconds(1_234_567)))
        let busy = await node.get("/livez")
        #expect(busy.status == 200 && busy.text == "busy\n")
        #expect(busy.headers[.mainspringBusy] == "1.234")
        node.inspector.set(LivenessReport(state: .wedged, unanswered: .milliseconds(10_007)))
        let wedged = await node.get("/livez")
        #expect(wedged.status == 503 && wedged.text == "wedged\n")
        #expect(wedged.headers[.mainspringBusy] == "10.007")
        #expect(wedged.headers[.xContentTypeOptions] == "nosniff")
    }

    @Test("the event loop gives the same answers as the pool")
    func sameAnswers() async throws {
        let node = Fixture()
        node.inspector.set(.draining, [ReadinessReport.Check(name: "phase", isOK: false, detail: "draining")])
        try await serve(node) { server in
            let paths = ["/livez", "/readyz", "/readyz?verbose", "/livez?unknown=1", "/readyz?verbose=maybe"]
            for path in paths {
                let request = "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                let here = try await answer(to: request + "\r\n", server)
                // With a body it goes through the pool.
                let there = try await answer(to: request + "Content-Length: 1\r\n\r\nx", server)
                #expect(here == there.replacing(/(?i)connection: close\r\n/, with: ""), "\(path)")
                #expect(here.contains("\r\n\r\n"))
            }
        }
    }

    @Test("answers come in the order of their requests, whoever gives them") func pipelining() async throws {
        try await serve { server in
            let received = try await answer(
                to: Self.live + Self.node + Self.live + Self.live + Self.node
                    + "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", server)
            let bodies = received.split(separator: "HTTP/1.1 200 OK\r\n").map { part in
                part.contains("\"node\":\"test-1\"") ? "node" : part.contains("\"ready\":true") ? "ready" : "live"
            }
            #expect(bodies == ["live", "node", "live", "live", "node", "ready"])
        }
    }

    @Test("a client that sends no more gets its answers, and the connection ends") func halfClosed() async throws {
        try await serve { server in
            let socket = try #require(PlainSocket(port: server.port))
            socket.write(Self.live + Self.live)
            socket.finish()
            #expect(await socket.answer().components(of: "ok\n") == 2)
            let silent = try #require(PlainSocket(port: server.port))
            silent.finish()
            #expect(await silent.answer() == "")
        }
    }

    @Test("what is not HTTP is refused after a probe too") func garbage() async throws {
        try await serve { server in
            let received = try await answer(to: Self.live + "GARBAGE\r\n\r\n", server)
            #expect(received.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(received.contains("HTTP/1.1 400 Bad Request\r\n"))
        }
    }

    @Test("requests that nobody takes are a bounded line, and probes pass it by", .timeLimit(.minutes(1)))
    func boundedLine() async throws {
        let server = try await bind(connectionLimit: 3)
        // Nothing runs yet: as before a blocked pool.
        for _ in 0..<3 {
            let given = try #require(PlainSocket(port: server.port))
            given.write(Self.live)
            #expect(await given.answer(until: "ok\n").hasSuffix("ok\n"))
            given.write(Self.node)
            given.finish()
        }
        while server.reception.given < 3 { await Task.yield() }
        let refused = try #require(PlainSocket(port: server.port))
        refused.write(Self.node)
        #expect(await refused.answer() == "")
        #expect(server.reception.refused == 1)
        for _ in 0..<10 {
            let probe = try #require(PlainSocket(port: server.port))
            probe.write(Self.live)
            #expect(await probe.answer(until: "ok\n").hasSuffix("ok\n"))
        }
        async let running: Void = server.run()
        // Once those in the line are answered there is room again.
        let last = Self.node.replacing("\r\n\r\n", with: "\r\nConnection: close\r\n\r\n")
        while try await answer(to: last, server).hasPrefix("HTTP/1.1 200 ") != true { await Task.yield() }
        server.shutdown()
        await running
    }

    @Test("nothing more is read from a client that does not read its answers") func unreadAnswers() throws {
        let channel = EmbeddedChannel()
        let reads = ReadCounter()
        try channel.pipeline.syncOperations.addHandlers(reads, FrontDoor(Reception(limit: 1)))
        channel.read()
        #expect(reads.count == 1)
        channel.isWritable = false
        channel.read()
        #expect(reads.count == 1)
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
        #expect(reads.count == 2)
        channel.pipeline.fireChannelWritabilityChanged()
        #expect(reads.count == 2)
    }

    private func answer(to request: String, _ server: WebServer) async throws -> String {
        try await RawClient.with(port: server.port) { client in
            try? await client.write(request)
            return (try? await client.readToEnd()) ?? ""
        }
    }
}

/// Where a channel's reads arrive.
private final class ReadCounter: ChannelOutboundHandler {
    typealias OutboundIn = Any
    private(set) var count = 0

    func read(context: ChannelHandlerContext) { count += 1 }
}

extension String {
    fileprivate func components(of text: String) -> Int { ranges(of: text).count }
}
