import MainspringCore
import MainspringTesting
import Testing

@testable import Mainspring

@Suite("A program that only enqueues, with the jobs in Redis", .serialized, .wholePool, .timeLimit(.minutes(2)))
struct RedisClientTests {
    struct Echo: Job {
        static let kind = "echo"
        var text: String
        func run(_ context: JobContext) async throws -> String { text }
    }

    struct Held: Job {
        static let kind = "held"
        func run(_ context: JobContext) async throws -> String {
            await (try context[Gate.self]).pass()
            return "let go"
        }
    }

    /// Where a job tells that it runs, and waits.
    struct Gate: Sendable {
        let reached = Moment()
        let opened = Moment()
        func pass() async {
            reached.notify()
            await opened.wait()
        }
    }

    private func server(_ change: (inout TestRedisOptions) -> Void = { _ in }) async throws -> TestRedis {
        var options = TestRedisOptions()
        options.appendOnly = .always
        change(&options)
        return try await TestRedis.start(options)
    }

    private func url(_ redis: TestRedis) -> String { "redis+unix://\(redis.socket)" }

    private func error(_ body: () async throws -> Void) async -> MainspringError? {
        await #expect(throws: MainspringError.self) { try await body() }
    }

    /// A link may pause a quarter of a second before it looks for its server again.
    private func onceBack<Value>(_ body: () async throws -> Value) async throws -> Value {
        let time = SystemTime()
        let deadline = time.monotonic() + .seconds(30)
        while true {
            do {
                return try await body()
            } catch let error as MainspringError where error.isOutage && time.monotonic() < deadline {
                try await time.sleep(for: .milliseconds(20))
            }
        }
    }

    @Test("a node runs what it enqueues, and the result comes back, also after the server died meanwhile")
    func results() async throws {
        let redis = try await server()
        var program = Program()
        program.store = "'\(url(redis))'"
        let gate = Gate()
        let service = try program.service { [diary = program.diary, url = url(redis)] app in
            app.provide(Gate.self) { gate }
            app.job(Echo.self)
            app.job(Held.self)
            app.service("other", restart: .never) { _ in
                do {
                    let client = try Mainspring.client(store: url)
                    let echo = try await client.jobs.enqueue(Echo(text: "there and back"))
                    diary.write(try await echo.result(within: .seconds(30)))
                    let held = try await client.jobs.enqueue(Held())
                    await gate.reached.wait()
                    await redis.kill()
                    let away = await error { try await client.jobs.enqueue(Echo(text: "lost")) }
                    diary.write(away?.code.rawValue ?? "nothing")
                    let unknown = await error { _ = try await held.result(within: .seconds(30)) }
                    diary.write(unknown?.code.rawValue ?? "nothing")
                    gate.opened.notify()
                    try await redis.restart()
                    diary.write(try await onceBack { try await held.result(within: .seconds(60)) })
                    let last = try await onceBack { try await client.jobs.enqueue(Echo(text: "again")) }
                    diary.write(try await last.result(within: .seconds(30)))
                    try await client.close()
                } catch { diary.write("\(error)") }
                gate.opened.notify()
                app.stop()
            }
        }
        try await service.run()
        #expect(
            program.diary.lines == ["there and back", "store_unreachable", "store_unreachable", "let go", "again"])
    }

    @Test("it may begin before its server, and fails in bounded time while that is away or stands still")
    func away() async throws {
        let redis = try await server()
        await redis.kill()
        let client = try Mainspring.client(store: url(redis))
        let gone = await error { try await client.jobs.enqueue(Echo(text: "a"), id: JobID(rawValue: "a")) }
        #expect(gone?.code == .storeUnreachable && gone?.hint != nil)
        try await redis.restart()
        let handle = try await onceBack { try await client.jobs.enqueue(Echo(text: "a"), id: JobID(rawValue: "a")) }
        #expect(try await handle.status().state == .available)
        redis.stop()
        let still = await error { try await client.jobs.enqueue(Echo(text: "b"), id: JobID(rawValue: "b")) }
        #expect(still?.code == .storeUnreachable)
        #expect(await error { _ = try await handle.status() }?.code == .storeUnreachable)
        redis.proceed()
        let other = try await onceBack { try await client.jobs.enqueue(Echo(text: "b"), id: JobID(rawValue: "b")) }
        #expect(try await other.status().state == .available)
        try await client.close()
        #expect(try await redis.cli("ZCARD", "{mainspring}:all") == "2")
    }

    @Test("a server that cannot keep jobs, or knows another password, is refused by the first call, with the reason")
    func refused() async throws {
        let locked = try await server { $0.password = "s3cret" }
        let wrong = try Mainspring.client(store: "redis+unix://:n0tthis@\(locked.socket)")
        let denied = await error { try await wrong.jobs.enqueue(Echo(text: "x")) }
        #expect(denied?.code == .storeDenied && denied?.message.contains("refuses the login") == true)
        #expect(denied.map { "\($0)".contains("n0tthis") } == false)
        try await wrong.close()
        let right = try Mainspring.client(store: "redis+unix://:s3cret@\(locked.socket)")
        try await right.jobs.enqueue(Echo(text: "x"))
        try await right.close()

        let evicting = try await server { $0.evictionPolicy = "allkeys-lru" }
        let client = try Mainspring.client(store: url(evicting))
        for _ in 0..<2 {
            let policy = await error { try await client.jobs.enqueue(Echo(text: "x")) }
            #expect(policy?.code == .storeDenied && policy?.message.contains("allkeys-lru") == true)
        }
        #expect(try await evicting.cli("DBSIZE") == "0")
        try await evicting.cli("CONFIG", "SET", "maxmemory-policy", "noeviction")
        try await client.jobs.enqueue(Echo(text: "x"))
        // Started anew with its old settings: that is seen too.
        try await evicting.restart()
        let again = await error { _ = try await onceBack { try await client.jobs.enqueue(Echo(text: "y")) } }
        #expect(again?.code == .storeDenied)
        try await client.close()

        let newer = try await server()
        try await newer.cli("HSET", "{mainspring}:epoch", "layout", "99", "reader", "99")
        let old = try Mainspring.client(store: url(newer))
        #expect(await error { _ = try await old.jobs.job(JobID(rawValue: "x")!) }?.code == .storeNewer)
        try await old.close()
    }
}
