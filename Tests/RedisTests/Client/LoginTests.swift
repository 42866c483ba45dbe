import MainspringCore
import MainspringRuntime
import MainspringTesting
import NIOCore
import Testing

@testable import MainspringRedis

@Suite("Logins to Redis")
struct LoginTests {
    private func error(_ endpoint: RedisEndpoint) async throws -> RedisError? {
        try await withClient(endpoint) { client async throws in
            await failure { () throws(RedisError) in _ = try await client.call(RedisCommand("PING")) }
        }
    }

    private func refusal(_ endpoint: RedisEndpoint) async throws -> RedisRefusal? {
        guard case .refused(let refusal)? = try await error(endpoint) else { return nil }
        return refusal
    }

    @Test("a password is sent; a wrong one or none is refused, and told again without asking")
    func password() async throws {
        var options = TestRedisOptions()
        options.password = "right"
        let redis = try await TestRedis.start(options)
        var endpoint = redis.socketEndpoint
        for (password, code) in [(nil, "NOAUTH"), ("wrong", "WRONGPASS")] {
            endpoint.password = password
            let refusal = try await refusal(endpoint)
            #expect(refusal?.code == code && (refusal?.isLogin == true || code == "NOAUTH"))
        }
        endpoint.password = "right"
        #expect(try await error(endpoint) == nil)
        try await withClient(RedisEndpoint(redis.socketEndpoint.address)) { client async throws in
            for _ in 0..<20 {
                let error = await failure { () throws(RedisError) in _ = try await client.call(RedisCommand("PING")) }
                guard case .refused? = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
            }
        }
    }

    @Test("a user of the ACL logs in and may do what the ACL says")
    func acl() async throws {
        var options = TestRedisOptions()
        options.users = [
            "user default off", "user jobs on >secret ~* &* +@all",
            "user reader on >read ~* resetchannels +get +hello +select",
        ]
        let redis = try await TestRedis.start(options)
        var endpoint = redis.socketEndpoint
        (endpoint.user, endpoint.password) = ("jobs", "secret")
        #expect(try await error(endpoint) == nil)
        endpoint.password = "other"
        #expect(try await refusal(endpoint)?.code == "WRONGPASS")
        (endpoint.user, endpoint.password) = ("reader", "read")
        try await withClient(endpoint) { client async throws in
            #expect(try await client.call(RedisCommand("GET", "a")).isNull)
            let error = await failure { () throws(RedisError) in
                _ = try await client.call(RedisCommand("SET", "a", "b"))
            }
            guard case .refused(let refusal)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(refusal.code == "NOPERM" && !refusal.isLogin)
            let recorder = NewsRecorder()
            client.subscribe("news") { recorder.take($0) }
            await recorder.lost()
            guard case .lost(.refused(let denied))? = recorder.news.first else {
                Issue.record("\(recorder.news)")
                return
            }
            #expect(denied.code == "NOPERM")
        }
    }

    @Test("a database is chosen; one that is not there is refused")
    func database() async throws {
        let redis = try await TestRedis.start()
        var endpoint = redis.socketEndpoint
        endpoint.database = 5
        try await withClient(endpoint) { client async throws in
            _ = try await client.call(RedisCommand("SET", "a", "b"))
        }
        #expect(try await redis.cli("-n", "5", "GET", "a") == "b")
        endpoint.database = 99
        let refusal = try await refusal(endpoint)
        #expect(refusal?.isLogin == true && refusal?.message.contains("out of range") == true)
    }

    @Test("a node of a Cluster refuses what is not in its slots, with a code; so it does another database")
    func cluster() async throws {
        var options = TestRedisOptions()
        options.hasPort = true
        options.lines = ["cluster-enabled yes"]
        let redis = try await TestRedis.start(options)
        var endpoint = redis.portEndpoint()
        try await withClient(endpoint) { client async throws in
            let error = await failure { () throws(RedisError) in _ = try await client.call(RedisCommand("GET", "a")) }
            guard case .refused(let refusal)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(refusal.code == "CLUSTERDOWN" && !refusal.isLogin)
        }
        endpoint.database = 1
        #expect(try await refusal(endpoint)?.isLogin == true)
        #expect(RedisRefusal(line: "MOVED 3999 127.0.0.1:6381").code == "MOVED")
    }

    @Test("a server without HELLO is spoken to in RESP2: login, database, commands and news")
    func oldProtocol() async throws {
        var options = TestRedisOptions()
        options.lines = ["rename-command HELLO \"\""]
        options.password = "right"
        let redis = try await TestRedis.start(options)
        var endpoint = redis.socketEndpoint
        (endpoint.password, endpoint.database) = ("right", 2)
        let recorder = NewsRecorder()
        try await withClient(endpoint) { client async throws in
            _ = try await client.call(RedisCommand("HSET", "h", "a", "1"))
            let fields = try await client.call(RedisCommand("HGETALL", "h"))
            #expect(fields.array?.map(\.text) == ["a", "1"])
            guard case .array = fields else {
                Issue.record("that is RESP3")
                return
            }
            client.subscribe("news") { recorder.take($0) }
            await recorder.subscribed(1)
            _ = try await client.call(RedisCommand("PUBLISH", "news", "hello"))
            await recorder.message("hello")
        }
        endpoint.password = "wrong"
        #expect(try await refusal(endpoint)?.code == "WRONGPASS")
    }

    @Test("TLS: the server's certificate must be trusted and be for the host")
    func tls() async throws {
        var options = TestRedisOptions()
        options.hasTLS = true
        // Its certificate is for 127.0.0.1 only.
        options.lines = ["bind 127.0.0.1 127.0.0.2"]
        let redis = try await TestRedis.start(options)
        func endpoint(_ host: String, _ change: (inout RedisEndpoint.TLS) -> Void) -> RedisEndpoint {
            var endpoint = redis.portEndpoint(host)
            var tls = RedisEndpoint.TLS()
            tls.caFile = redis.authorityFile
            change(&tls)
            endpoint.tls = tls
            return endpoint
        }
        #expect(try await error(endpoint("127.0.0.1") { _ in }) == nil)
        #expect(try await error(endpoint("localhost") { _ in }) == nil)
        #expect(try await error(endpoint("127.0.0.2") { $0.verification = .ca }) == nil)
        #expect(try await error(endpoint("127.0.0.2") { $0.verification = .none }) == nil)
        #expect(
            try await error(endpoint("127.0.0.2") { _ in })
                == .broken("TLS: the server's certificate is for another host"))
        #expect(
            try await error(endpoint("127.0.0.1") { $0.caFile = nil })
                == .broken("TLS: the server's certificate is not trusted"))
        guard case .broken(let reason)? = try await error(endpoint("127.0.0.1") { $0.caFile = "/no/such.pem" }) else {
            Issue.record("a file that is not there is not told")
            return
        }
        #expect(reason.contains("ca_file"))
        // News and a reconnect over TLS.
        let recorder = NewsRecorder()
        try await withClient(endpoint("localhost") { _ in }, time: SystemTime()) { client async throws in
            client.subscribe("news") { recorder.take($0) }
            await recorder.subscribed(1)
            try await redis.restart()
            await recorder.subscribed(2)
        }
    }

    @Test("without TLS to a port with TLS: an error that says so, and no hang")
    func plainToTLS() async throws {
        var options = TestRedisOptions()
        options.hasTLS = true
        let redis = try await TestRedis.start(options)
        // The server sends an alert or resets the connection, which may come first.
        let error = try await error(redis.portEndpoint())
        #expect(error.map { "\($0)".contains("TLS") } == true, "\(String(describing: error))")
    }

    @Test("with TLS to a port without: an error that says so, and no hang")
    func tlsToPlain() async throws {
        let time = ManualTime()
        try await withServer(FakeServer.start { _ in .silence }) { server async throws in
            try await withClient(server.tlsEndpoint, time: time) { client async throws in
                async let error = failure { () throws(RedisError) in _ = try await client.call(RedisCommand("PING")) }
                await server.heard.wait()
                time.advance(by: .seconds(2))
                #expect(await error == .unreachable("no TLS handshake within 2s: does the server speak TLS there?"))
            }
        }
        for answer in [FakeServer.Answer.bytes("-ERR Protocol error\r\n"), .close] {
            try await withServer(FakeServer.start { _ in answer }) { server async throws in
                switch try await error(server.tlsEndpoint) {
                case .broken(let reason)?: #expect(reason == "TLS: the server answers without TLS")
                case .unreachable(let reason)?: #expect(reason.contains("TLS"))
                case let other: Issue.record("\(String(describing: other))")
                }
            }
        }
        var options = TestRedisOptions()
        options.hasPort = true
        let redis = try await TestRedis.start(options)
        var endpoint = redis.portEndpoint()
        endpoint.tls = RedisEndpoint.TLS()
        let end = Signal()
        try await withClient(endpoint, time: time) { client async throws in
            let call = Task {
                defer { end.notify() }
                return await failure { () throws(RedisError) in _ = try await client.call(RedisCommand("PING")) }
            }
            // It waits for the end of a line that is no line, unless the greeting's random bytes hold one.
            while !end.isReached {
                let clients = try await redis.cli("CLIENT", "LIST").split(separator: "\n")
                let hasHeard = clients.contains { $0.contains("addr=127.0.0.1") && !$0.contains(" qbuf=0 ") }
                if hasHeard { time.advance(by: .seconds(2)) }
            }
            let found = await call.value
            #expect(found.map { "\($0)".contains("TLS") } == true, "\(String(describing: found))")
        }
    }
}
