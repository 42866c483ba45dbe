import MainspringCore
import MainspringTesting
import Synchronization
import Testing

@testable import MainspringRedis

/// A network that swallows bytes tells nothing: no reset, and connections hang.
@Suite("A connection falls silent")
struct SilenceTests {
    /// Logs in and answers, unless it is told not to; and counts.
    private final class Server: Sendable {
        private struct State {
            var isDark = false
            var isMute = false
            var logins = 0
            var questions = 0
        }

        private let state = Mutex(State())

        var logins: Int { state.withLock { $0.logins } }
        var questions: Int { state.withLock { $0.questions } }

        /// `isDark`: nobody is logged in. `isMute`: nothing else is answered.
        func set(isDark: Bool, isMute: Bool) { state.withLock { ($0.isDark, $0.isMute) = (isDark, isMute) } }

        func start() async throws -> FakeServer {
            try await FakeServer.start { [self] heard in
                state.withLock { state in
                    if heard.contains("HELLO") {
                        state.logins += 1
                        return state.isDark ? .silence : .bytes(FakeServer.hello)
                    }
                    if heard.contains("SUBSCRIBE") { return .bytes(">3\r\n+subscribe\r\n+news\r\n:1\r\n") }
                    // Some come together.
                    let count = heard.split(separator: "PING", omittingEmptySubsequences: false).count - 1
                    state.questions += count
                    return state.isMute ? .silence : .bytes(String(repeating: "+PONG\r\n", count: count))
                }
            }
        }

        func heard(logins: Int) async { while self.logins < logins { await Task.yield() } }
        func heard(questions: Int) async { while self.questions < questions { await Task.yield() } }
    }

    private static var single: RedisOptions {
        var options = RedisOptions()
        options.connections = 1
        return options
    }

    /// Until a rival of the silent connection is logged in, after two attempts in the dark; at most 750 ms have passed then.
    private static func toRival(
        _ client: RedisClient, _ server: Server, _ time: ManualTime
    ) async throws
        -> Task<RedisError?, Never>
    {
        _ = try await client.call(RedisCommand("PING"))
        server.set(isDark: true, isMute: true)
        let call = Task { await failure { () throws(RedisError) in _ = try await client.call(RedisCommand("PING")) } }
        await server.heard(questions: 2)
        time.advance(by: .milliseconds(250))
        await server.heard(logins: 2)
        toNextTimer(time)
        await server.heard(logins: 3)
        // Its network is back; what was begun before stays in the dark.
        server.set(isDark: false, isMute: true)
        toNextTimer(time)
        await server.heard(logins: 4)
        // The deadline of the call, and the last chance of its connection.
        while time.pendingTimers > 2 { await Task.yield() }
        return call
    }

    /// No further, so that what it begins has all its time.
    private static func toNextTimer(_ time: ManualTime) {
        let count = time.pendingTimers
        while time.pendingTimers == count { time.advance(by: .milliseconds(1)) }
    }

    @Test("once the server answers others it is left, long before the deadline, and calls go on at once")
    func left() async throws {
        let (server, time) = (Server(), ManualTime())
        try await withServer(server.start()) { fake async throws in
            try await withClient(fake.endpoint, options: Self.single, time: time) { client async throws in
                let call = try await Self.toRival(client, server, time)
                // Not sent over the silent connection: it is not lost with it.
                let waiting = Task { try await client.call(RedisCommand("PING")) }
                while await client.outstanding() < 2 { await Task.yield() }
                #expect(server.questions == 2)
                server.set(isDark: false, isMute: false)
                time.advance(by: .milliseconds(100))
                #expect(await call.value == .unanswered("it was silent while the server answered another connection"))
                #expect(try await waiting.value.text == "PONG")
                #expect(server.logins == 4)
            }
        }
    }

    @Test("a server that logs everybody in and answers nothing is left once; then calls have their whole deadline")
    func mute() async throws {
        let (server, time) = (Server(), ManualTime())
        try await withServer(server.start()) { fake async throws in
            try await withClient(fake.endpoint, options: Self.single, time: time) { client async throws in
                let call = try await Self.toRival(client, server, time)
                time.advance(by: .milliseconds(100))
                _ = await call.value
                let next = Task {
                    await failure { () throws(RedisError) in _ = try await client.call(RedisCommand("PING")) }
                }
                // With the question whether the new one is better.
                await server.heard(questions: 4)
                for _ in 0..<7 { time.advance(by: .milliseconds(250)) }
                #expect(await client.inFlight() == 2)
                #expect(server.logins == 4)
                #expect(
                    await whilePassing(time, by: .milliseconds(50)) { await next.value }
                        == .unanswered("no answer within 2s"))
            }
        }
    }

    @Test("the others of the client are asked at once, the subscription too")
    func others() async throws {
        let (server, time) = (Server(), ManualTime())
        try await withServer(server.start()) { fake async throws in
            let recorder = NewsRecorder()
            try await withClient(fake.endpoint, options: Self.single, time: time) { client async throws in
                client.subscribe("news") { recorder.take($0) }
                await recorder.subscribed(1)
                _ = try await client.call(RedisCommand("PING"))
                server.set(isDark: true, isMute: true)
                let call = Task { try await client.call(RedisCommand("PING")) }
                await server.heard(questions: 2)
                time.advance(by: .milliseconds(250))
                // Its heartbeat would be due in three seconds.
                await server.heard(questions: 3)
                call.cancel()
            }
        }
    }

    @Test("a server that stands still for a moment answers what it was sent, and nothing is cut")
    func stopped() async throws {
        let time = ManualTime()
        let redis = try await TestRedis.start()
        try await withClient(redis.socketEndpoint, options: Self.single, time: time) { client async throws in
            _ = try await client.call(RedisCommand("PING"))
            redis.stop()
            let call = Task { try await client.call(RedisCommand("INCR", "n")) }
            while await client.inFlight() < 1 { await Task.yield() }
            // One that is held back, too.
            time.advance(by: .milliseconds(250))
            while time.pendingTimers < 3 { await Task.yield() }
            let next = Task { try await client.call(RedisCommand("INCR", "n")) }
            while await client.outstanding() < 2 { await Task.yield() }
            time.advance(by: .milliseconds(250))
            redis.proceed()
            #expect(try await call.value.int == 1)
            #expect(try await next.value.int == 2)
        }
    }
}
