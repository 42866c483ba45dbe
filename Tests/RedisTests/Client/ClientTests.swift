import MainspringCore
import MainspringRuntime
import MainspringTesting
import NIOCore
import Testing

@testable import MainspringRedis

@Suite("Redis client")
struct ClientTests {
    @Test("a command goes out and its reply comes back, over TCP and a Unix socket")
    func answers() async throws {
        var options = TestRedisOptions()
        options.hasPort = true
        let redis = try await TestRedis.start(options)
        for endpoint in [redis.socketEndpoint, redis.portEndpoint()] {
            try await withClient(endpoint) { client async throws in
                #expect(try await client.call(RedisCommand("PING")).text == "PONG")
                var set = RedisCommand("SET")
                set.append("key")
                set.append([0, 13, 10, 255])
                #expect(try await client.call(set).text == "OK")
                #expect(try await client.call(RedisCommand("GET", "key")).bytes == [0, 13, 10, 255])
                #expect(try await client.call(RedisCommand("GET", "none")).isNull)
                #expect(try await client.call(RedisCommand("INCRBY", "\(endpoint)", "-5")).int == -5)
                #expect(try await client.call(RedisCommand("HGETALL", "none")) == .map([]))
            }
        }
    }

    @Test("an error reply is thrown with its code; in a batch it stays a value, and the others are carried out")
    func refusals() async throws {
        let redis = try await TestRedis.start()
        try await withClient(redis.socketEndpoint) { client async throws in
            let error = await failure { () throws(RedisError) in
                _ = try await client.call(RedisCommand("EVALSHA", "0123456789012345678901234567890123456789", "0"))
            }
            guard case .refused(let refusal) = error else {
                Issue.record("not refused: \(String(describing: error))")
                return
            }
            #expect(refusal.code == "NOSCRIPT" && !refusal.isLogin)
            let values = try await client.call([
                RedisCommand("SET", "a", "1"), RedisCommand("LPUSH", "a", "x"), RedisCommand("INCR", "a"),
            ])
            #expect(values.count == 3)
            #expect(values[1].refusal?.code == "WRONGTYPE")
            #expect(values[2].int == 2)
        }
    }

    @Test("10,000 calls at once are each answered with what is theirs, and as many in one batch in order")
    func many() async throws {
        let redis = try await TestRedis.start()
        try await withClient(redis.socketEndpoint) { client async throws in
            await withTaskGroup(of: Bool.self) { group in
                for index in 0..<10_000 {
                    group.addTask { (try? await client.call(RedisCommand("ECHO", "\(index)")))?.text == "\(index)" }
                }
                for await isRight in group { #expect(isRight) }
            }
            let values = try await client.call((0..<10_000).map { RedisCommand("ECHO", "\($0)") })
            #expect(values.map(\.text) == (0..<10_000).map { "\($0)" })
        }
    }

    @Test("a subscriber hears that it is subscribed, and messages")
    func subscription() async throws {
        let redis = try await TestRedis.start()
        let recorder = NewsRecorder()
        try await withClient(redis.socketEndpoint) { client async throws in
            client.subscribe("news") { recorder.take($0) }
            await recorder.subscribed(1)
            #expect(try await client.call(RedisCommand("PUBLISH", "news", "hello")).int == 1)
            await recorder.message("hello")
        }
        #expect(recorder.news == [.subscribed, .message(Array("hello".utf8))])
    }

    @Test("calls after a close are refused, and so are those that wait")
    func closed() async throws {
        let redis = try await TestRedis.start()
        let client = RedisClient(redis.socketEndpoint, time: ManualTime())
        #expect(try await client.call(RedisCommand("PING")).text == "PONG")
        await client.close()
        let error = await failure { () throws(RedisError) in _ = try await client.call(RedisCommand("PING")) }
        #expect(error == .closed)
        await client.close()
    }

    @Test("a server that comes back is found again")
    func returns() async throws {
        let redis = try await TestRedis.start()
        let recorder = NewsRecorder()
        try await withClient(redis.socketEndpoint, time: SystemTime()) { client async throws in
            client.subscribe("news") { recorder.take($0) }
            await recorder.subscribed(1)
            #expect(try await client.call(RedisCommand("PING")).text == "PONG")
            await redis.kill()
            await recorder.lost()
            try await redis.restart()
            await recorder.subscribed(2)
            var isBack = false
            while !isBack { isBack = (try? await client.call(RedisCommand("PING"))) != nil }
        }
    }
}
