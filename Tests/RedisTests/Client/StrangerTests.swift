import MainspringCore
import MainspringTesting
import NIOCore
import Testing

@testable import MainspringRedis

@Suite("Servers that are not Redis, or not in their right mind")
struct StrangerTests {
    private let ping = RedisCommand("PING")

    private func error(_ endpoint: RedisEndpoint, options: RedisOptions = RedisOptions()) async throws -> RedisError? {
        try await withClient(endpoint, options: options) { client async throws in
            await failure { () throws(RedisError) in _ = try await client.call(ping) }
        }
    }

    @Test("an HTTP server, garbage and a server that speaks first are told from Redis")
    func strangers() async throws {
        let table: [(FakeServer.Answer, FakeServer.Answer, String)] = [
            (.silence, .bytes("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"), "an HTTP server answers there"),
            (.silence, .drip("HTTP/1.1 400 Bad Request\r\n\r\n"), "begins no reply"),
            (.silence, .bytes("\u{7f}ELF\u{1}\u{2}\u{3}"), "begins no reply"),
            (.silence, .bytes("+OK\r\n"), "HELLO is not answered as Redis does"),
            (.silence, .bytes(":99999999999999999999\r\n"), "malformed"),
            (.bytes("SSH-2.0-OpenSSH_9.2\r\n"), .silence, "an SSH server answers there"),
            (.bytes("+hello\r\n"), .silence, "it speaks before it is asked"),
        ]
        for (greeting, answer, reason) in table {
            try await withServer(FakeServer.start(greeting: greeting) { _ in answer }) { server async throws in
                guard case .broken(let found) = try await error(server.endpoint) else {
                    Issue.record("not told: \(reason)")
                    return
                }
                // What came first may have been read after the HELLO was sent, and pieces as one.
                let reasons = [reason, "HELLO is not answered", "an HTTP server"]
                #expect(reasons.contains { found.contains($0) }, "\(found)")
            }
        }
    }

    @Test("a server that closes at once, or instead of an answer, cannot be reached: nothing was sent")
    func closes() async throws {
        for (greeting, answer) in [(FakeServer.Answer.close, FakeServer.Answer.silence), (.silence, .close)] {
            try await withServer(FakeServer.start(greeting: greeting) { _ in answer }) { server async throws in
                guard case .unreachable(let reason) = try await error(server.endpoint) else {
                    Issue.record("it counts as reached")
                    return
                }
                #expect(!reason.isEmpty)
            }
        }
    }

    @Test("where nobody listens, and where there is no socket, a call fails at once with the system's words")
    func nobody() async throws {
        let server = try await FakeServer.start { _ in .silence }
        let endpoint = server.endpoint
        await server.close()
        #expect(try await error(endpoint) == .unreachable("Connection refused"))
        #expect(
            try await error(RedisEndpoint(.socket("/tmp/mspr-no-such.sock")))
                == .unreachable("No such file or directory"))
        guard case .unreachable? = try await error(RedisEndpoint(.host("no-such-host.invalid", port: 1))) else {
            Issue.record("a host without an address counts as reached")
            return
        }
    }

    @Test("a server that never answers the login is given up in time")
    func mute() async throws {
        let time = ManualTime()
        try await withServer(FakeServer.start { _ in .silence }) { server async throws in
            try await withClient(server.endpoint, time: time) { client async throws in
                async let error = failure { () throws(RedisError) in _ = try await client.call(ping) }
                await server.heard.wait()
                time.advance(by: .seconds(2))
                #expect(await error == .unreachable("it took the connection and did not answer within 2s"))
            }
        }
    }

    @Test("replies that come byte by byte are put together")
    func drip() async throws {
        let script: FakeServer.Script = { heard in
            heard.contains("HELLO") ? .drip(FakeServer.hello) : .drip("*2\r\n$5\r\nhello\r\n%1\r\n+a\r\n,1.5\r\n")
        }
        try await withServer(FakeServer.start(script)) { server async throws in
            try await withClient(server.endpoint) { client async throws in
                let value = try await client.call(ping)
                #expect(value.array?.first?.text == "hello")
                #expect(value.array?.last?.array?.last == .double(1.5))
            }
        }
    }

    @Test("a reply over the limits, an answer that nobody asked for, and garbage after the login end the connection")
    func afterLogin() async throws {
        var options = RedisOptions()
        options.connections = 1
        options.limits = RESPLimits(depth: 4, count: 100, bytes: 1000)
        let table: [(String, String)] = [
            ("$4294967296\r\n", "larger than 1000"), ("*1000000\r\n", "more than 100"),
            (String(repeating: "*1\r\n", count: 9), "deeper than 4"), ("+PONG\r\n+PONG\r\n", "nobody asked"),
            ("+PONG\r\n\u{0}", "begins no reply"),
        ]
        for (bytes, reason) in table {
            try await withServer(FakeServer.redis { _ in .bytes(bytes) }) { server async throws in
                try await withClient(server.endpoint, options: options) { client async throws in
                    var found: RedisError?
                    // Where the first answer is good, the connection ends after it.
                    while found == nil {
                        found = await failure { () throws(RedisError) in _ = try await client.call(ping) }
                    }
                    guard case .broken(let text)? = found else {
                        Issue.record("\(reason): \(String(describing: found))")
                        return
                    }
                    #expect(text.contains(reason), "\(text)")
                }
            }
        }
    }

    @Test("a reply that is promised and never comes ends as unanswered")
    func half() async throws {
        let time = ManualTime()
        var options = RedisOptions()
        options.connections = 1
        let script: FakeServer.Script = { $0.contains("PING") ? .bytes("+PONG\r\n") : .bytes("$100\r\nhalf") }
        try await withServer(FakeServer.redis(script)) { server async throws in
            try await withClient(server.endpoint, options: options, time: time) { client async throws in
                _ = try await client.call(ping)
                let error = await whilePassing(time) {
                    await failure { () throws(RedisError) in _ = try await client.call(RedisCommand("GET", "a")) }
                }
                // At the deadline, or once another connection is logged in.
                guard case .unanswered? = error else { return #expect(Bool(false), "\(String(describing: error))") }
            }
        }
    }
}
