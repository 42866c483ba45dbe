import Glibc
import Logging
import MainspringCore
import MainspringRuntime
import NIOCore
import NIOPosix
import Testing

@testable import MainspringWeb

/// On real sockets, with the real clock: only limits that the test reaches at once are tested here.
@Suite("The listener")
struct ServerTests {
    private func serve<Value: Sendable>(
        _ node: Fixture = Fixture(), _ configuration: WebConfiguration = Fixture.configuration,
        _ body: @Sendable (WebServer) async throws -> Value
    ) async throws -> Value {
        var dependencies = node.dependencies
        dependencies.time = SystemTime()
        let server = try await WebServer.bind(configuration, dependencies, logger: Logger(label: "test"))
        async let running: Void = server.run()
        let result: Result<Value, any Error>
        do { result = .success(try await body(server)) } catch { result = .failure(error) }
        server.shutdown()
        await running
        return try result.get()
    }

    @Test("the port is known before anything is answered") func boundFirst() async throws {
        try await serve { server in
            #expect(server.port > 0)
            #expect(server.url == "http://127.0.0.1:\(server.port)")
            let answer = try await RawClient.with(port: server.port) { client in
                try await client.write("GET /v1/node HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                return try await client.readToEnd()
            }
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.contains("\"url\":\"\(server.url)\""))
        }
    }

    @Test("the first free port of a range is taken; a range without one is refused by name") func range() async throws {
        try await serve { first in
            var configuration = Fixture.configuration
            configuration.ports = first.port...first.port
            let error = await #expect(throws: MainspringError.self) {
                _ = try await WebServer.bind(configuration, Fixture().dependencies, logger: Logger(label: "test"))
            }
            #expect(error?.code == .noFreePort)
            #expect(error?.message.contains("\(first.port)") == true)
            #expect(error?.hint != nil)
            guard first.port < 65_000 else { return }
            configuration.ports = first.port...first.port + 500
            try await serve(Fixture(), configuration) { second in
                #expect(second.port > first.port && second.port <= first.port + 500)
            }
        }
    }

    @Test("an address of another machine is refused with the reason") func foreignAddress() async {
        var configuration = Fixture.configuration
        configuration.host = "192.0.2.1"
        let error = await #expect(throws: MainspringError.self) {
            _ = try await WebServer.bind(configuration, Fixture().dependencies, logger: Logger(label: "test"))
        }
        #expect(error?.code == .configuration)
    }

    @Test("a server that was stopped before it ran lets its port go") func stoppedEarly() async throws {
        var configuration = Fixture.configuration
        // An address that nobody else has: no other test, and no other run of the tests, takes its port over in between.
        let process = getpid()
        configuration.host = "127.\(1 + process >> 16 & 0x7F).\(process >> 8 & 0xFF).\(process & 0xFF)"
        let server = try await WebServer.bind(configuration, Fixture().dependencies, logger: Logger(label: "test"))
        server.shutdown()
        await server.run()
        configuration.ports = server.port...server.port
        try await serve(Fixture(), configuration) { #expect($0.port == server.port) }
    }

    @Test("cancelling its task stops it") func cancelled() async throws {
        let server = try await WebServer.bind(
            Fixture.configuration, Fixture().dependencies, logger: Logger(label: "test"))
        let task = Task { await server.run() }
        _ = try await RawClient.with(port: server.port) { client in
            try await client.write("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(try await client.read(until: "ok\n"))
        }
        task.cancel()
        await task.value
    }

    @Test("a client that waits for a job is answered when the server stops") func stopDuringWait() async throws {
        try await Fixture().run { node in
            _ = await node.add(#"{"kind":"scan","id":"slow","args":{"symbol":"A"}}"#)
            await node.started("slow")
            var dependencies = node.dependencies
            dependencies.time = SystemTime()
            let server = try await WebServer.bind(Fixture.configuration, dependencies, logger: Logger(label: "test"))
            async let running: Void = server.run()
            // The job's clock stands still: only the stop can end this wait.
            let calls = node.store.calls
            let answer = try await RawClient.with(port: server.port) { client in
                try await client.write("GET /v1/jobs/slow?wait=60s HTTP/1.1\r\nHost: localhost\r\n\r\n")
                await node.store.called(calls + 1)
                server.shutdown()
                return try await client.readToEnd()
            }
            await running
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
            #expect(answer.contains("\"state\":\"running\""))
        }
    }

    @Test("a connection serves several requests") func keepAlive() async throws {
        try await serve { server in
            try await RawClient.with(port: server.port) { client in
                try await client.write("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
                #expect(try await client.read(until: "ok\n"))
                try await client.write(
                    "POST /v1/jobs/none/cancel HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
                )
                #expect(try await client.read(until: "no such job"))
                try await client.write("GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                #expect(try await client.read(until: "\"ready\":true"))
            }
        }
    }

    @Test("a body that is announced too large is refused before a byte of it is sent, and the connection ends")
    func announced() async throws {
        try await serve { server in
            let answer = try await RawClient.with(port: server.port) { client in
                try await client.write(
                    "POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100000000\r\n\r\n"
                )
                return try await client.readToEnd()
            }
            #expect(answer.hasPrefix("HTTP/1.1 413 "))
            #expect(answer.lowercased().contains("connection: close"))
            #expect(answer.contains("\"code\":\"too_large\""))
        }
    }

    @Test("a chunked body is refused as soon as it is too large") func chunked() async throws {
        try await serve { server in
            let answer = try await RawClient.with(port: server.port) { client in
                try await client.write(
                    "POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                )
                let chunk = "1000\r\n" + String(repeating: " ", count: 4096) + "\r\n"
                for _ in 0..<17 { try await client.write(chunk) }
                return try await client.readToEnd()
            }
            #expect(answer.hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test("a refused request with a body gets its answer, then the connection ends") func refusedWithBody() async throws
    {
        try await serve { server in
            let answer = try await RawClient.with(port: server.port) { client in
                try await client.write(
                    "POST /v1/jobs HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 40000\r\n\r\n"
                        + String(repeating: "x", count: 100))
                return try await client.readToEnd()
            }
            #expect(answer.hasPrefix("HTTP/1.1 421 "))
        }
    }

    @Test("a client that asks before it sends is told to go on, or no") func expectContinue() async throws {
        try await serve { server in
            try await RawClient.with(port: server.port) { client in
                try await client.write(
                    "POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"
                )
                #expect(try await client.read(until: "HTTP/1.1 100 Continue\r\n\r\n"))
                try await client.write("null")
                #expect(try await client.read(until: "HTTP/1.1 400 "))
            }
            let refused = try await RawClient.with(port: server.port) { client in
                try await client.write(
                    "POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"
                )
                return try await client.readToEnd()
            }
            #expect(refused.hasPrefix("HTTP/1.1 415 "))
        }
    }

    @Test(
        "what is not HTTP, or too long for it, is refused and the connection ends",
        arguments: [
            "GARBAGE\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: localhost\r\nX: \(String(repeating: "a", count: 20_000))\r\n\r\n",
            "GET /\(String(repeating: "a", count: 100_000)) HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: localhost\r\n\(String(repeating: "A: b\r\n", count: 200))\r\n",
        ])
    func notHTTP(text: String) async throws {
        try await serve { server in
            let answer = try await RawClient.with(port: server.port) { client in
                try? await client.write(text)
                return (try? await client.readToEnd()) ?? ""
            }
            #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 4"), "\(answer.prefix(40))")
        }
    }

    @Test("two Host headers are refused") func twoHosts() async throws {
        try await serve { server in
            let answer = try await RawClient.with(port: server.port) { client in
                try await client.write(
                    "GET /livez HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
                return try await client.readToEnd()
            }
            #expect(answer.hasPrefix("HTTP/1.1 400 "))
        }
    }

    @Test("connections beyond the limit are closed at their request") func tooMany() async throws {
        var configuration = Fixture.configuration
        configuration.connectionLimit = 1
        try await serve(Fixture(), configuration) { server in
            let request = "GET /v1/node HTTP/1.1\r\nHost: localhost\r\n\r\n"
            try await RawClient.with(port: server.port) { first in
                try await first.write(request)
                #expect(try await first.read(until: "\r\n\r\n"))
                let second = try await RawClient.with(port: server.port) { second in
                    try await second.write(request)
                    return try? await second.readToEnd()
                }
                #expect(second ?? "" == "")
            }
        }
    }

    @Test("connections are bounded, those of probes too") func tooManyOpen() async throws {
        var configuration = Fixture.configuration
        configuration.connectionLimit = 1
        try await serve(Fixture(), configuration) { server in
            let probe = "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
            var open: [PlainSocket] = []
            for _ in 0..<65 {
                let socket = try #require(PlainSocket(port: server.port))
                socket.write(probe)
                #expect(await socket.answer(until: "ok\n").hasSuffix("ok\n"))
                open.append(socket)
            }
            let last = try #require(PlainSocket(port: server.port))
            last.write(probe)
            #expect(await last.answer() == "")
        }
    }

    @Test("a slow body is cut off") func slowBody() async throws {
        var configuration = Fixture.configuration
        configuration.bodyTimeout = .milliseconds(1)
        try await serve(Fixture(), configuration) { server in
            let answer = try await RawClient.with(port: server.port) { client in
                try await client.write(
                    "POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{"
                )
                return (try? await client.readToEnd()) ?? ""
            }
            #expect(!answer.contains(" 200 ") && !answer.contains(" 201 "))
        }
    }
}
