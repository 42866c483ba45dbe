import Foundation
import MainspringTesting
import Testing

@Suite("The Redis of the tests", .timeLimit(.minutes(2)))
struct TestRedisTests {
    private static func options(_ change: (inout TestRedisOptions) -> Void) -> TestRedisOptions {
        var options = TestRedisOptions()
        change(&options)
        return options
    }

    @Test("answers on its socket, and is gone with its folder when nobody holds it")
    func lifeAndEnd() async throws {
        var redis: TestRedis? = try await .start()
        let (folder, pid) = try #require(redis.map { ($0.folder, $0.pid) })
        #expect(try await redis?.cli("PING") == "PONG")
        await redis?.kill()
        await #expect(throws: (any Error).self) { try await redis?.cli("PING") }
        redis = nil
        #expect(!FileManager.default.fileExists(atPath: folder))
        #expect(kill(pid, 0) == -1)
    }

    @Test("starts again on its data, without, and with an older copy")
    func restarts() async throws {
        let redis = try await TestRedis.start(
            Self.options {
                $0.appendOnly = .everySecond
                $0.hasPort = true
            })
        try await redis.cli("SET", "a", "1")
        let copy = try redis.copyData()
        try await redis.cli("SET", "b", "2")
        try await redis.restart()
        #expect(try await redis.cli("MGET", "a", "b") == "1\n2")
        try await redis.restart(with: copy)
        #expect(try await redis.cli("MGET", "a", "b") == "1\n")
        try await redis.restartEmpty()
        #expect(try await redis.cli("DBSIZE") == "0")
        let port = try #require(redis.port)
        #expect(port < 32_768)
        #expect(try await redis.cli("CONFIG", "GET", "port") == "port\n\(port)")
    }

    @Test("says LOADING while it loads")
    func loading() async throws {
        let redis = try await TestRedis.start(Self.options { $0.appendOnly = .everySecond })
        try await redis.restartLoading(seconds: 1)
        let error = await #expect(throws: (any Error).self) { try await redis.cli("GET", "filler:1") }
        #expect("\(try #require(error))".contains("LOADING"))
        try await redis.ready()
        #expect(try await redis.cli("GET", "filler:1") == "x")
    }

    @Test("is stopped and goes on")
    func stopped() async throws {
        let redis = try await TestRedis.start()
        redis.stop()
        async let answer = redis.cli("PING")
        let state = try String(contentsOfFile: "/proc/\(redis.pid)/stat", encoding: .utf8)
        #expect(state.contains(") T"))
        redis.proceed()
        #expect(try await answer == "PONG")
    }

    @Test("asks for passwords and users, and refuses CONFIG and writes, when told to")
    func options() async throws {
        let primary = try await TestRedis.start(
            Self.options {
                $0.password = "secret"
                $0.hasPort = true
                $0.forbidsConfig = true
                $0.maxMemory = "5mb"
            })
        #expect(try await primary.cli("PING") == "PONG")
        let forbidden = await #expect(throws: (any Error).self) { try await primary.cli("CONFIG", "GET", "*") }
        #expect("\(try #require(forbidden))".contains("unknown command"))
        #expect(try await primary.cli("INFO", "memory").contains("maxmemory_human:5.00M"))
        let users = try await TestRedis.start(
            Self.options { $0.users = ["user default off", "user jobs on >pw ~* &* +@all"] })
        let denied = await #expect(throws: (any Error).self) { try await users.cli("PING") }
        #expect("\(try #require(denied))".contains("NOAUTH"))
        let replica = try await TestRedis.start(Self.options { $0.replicaOf = primary.port })
        let refused = await #expect(throws: (any Error).self) { try await replica.cli("SET", "a", "1") }
        #expect("\(try #require(refused))".contains("READONLY"))
    }

    @Test("speaks TLS with a certificate that its authority vouches for")
    func tls() async throws {
        let redis = try await TestRedis.start(Self.options { $0.hasTLS = true })
        let output = try TestPipe()
        let process = try SpawnedProcess(
            "/usr/bin/env",
            [
                "redis-cli", "--tls", "--cacert", redis.authorityFile, "-h", "127.0.0.1", "-p",
                "\(try #require(redis.port))", "PING",
            ], output: output.writing)
        async let text = output.text()
        #expect(await process.end() == 0)
        #expect(await text == "PONG\n")
    }
}
