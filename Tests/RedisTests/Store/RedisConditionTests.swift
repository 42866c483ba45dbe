import MainspringCore
import MainspringRuntime
import MainspringStore
import MainspringTesting
import Testing

@testable import MainspringRedis

@Suite("A Redis server is looked at before it gets jobs", .serialized, .timeLimit(.minutes(2)))
struct RedisConditionTests {
    private func open(
        _ change: (inout TestRedisOptions) -> Void, user: String? = nil, password: String? = nil,
        _ body: (RedisJobStore, TestRedis) async throws -> Void
    ) async throws {
        var options = TestRedisOptions()
        change(&options)
        let redis = try await TestRedis.start(options)
        var endpoint = RedisEndpoint(.socket(redis.socket))
        endpoint.user = user
        endpoint.password = password
        let store = RedisJobStore(endpoint, namespace: "n", time: SystemTime(), options: StoreKit.options)
        try await body(store, redis)
        try await store.close()
    }

    private func code(_ body: () async throws -> Void) async -> MainspringError.Code? {
        do {
            try await body()
            return nil
        } catch { return (error as? MainspringError)?.code }
    }

    private func new(_ name: String, arguments: String = "{}") -> NewJob {
        let now = Timestamp(microseconds: 1_767_225_600_000_000)
        return NewJob(
            record: JobRecord(
                id: JobID(rawValue: name)!, kind: "scan", queue: "q", state: .available, priority: .normal,
                arguments: arguments, maxAttempts: 3, createdAt: now, scheduledAt: now))
    }

    @Test("one that may evict is refused, also when it does not tell its settings")
    func eviction() async throws {
        for forbids in [false, true] {
            try await open({
                $0.evictionPolicy = "allkeys-lru"
                $0.forbidsConfig = forbids
            }) { store, _ in #expect(await code { _ = try await store.open() } == .storeDenied) }
        }
    }

    @Test("what it may lose is said")
    func notes() async throws {
        try await open({ _ in }) { store, _ in
            let condition = try await store.open()
            #expect(condition.isDurable == false)
            #expect(condition.notes.contains { $0.hasPrefix("appendonly is off") })
            #expect(condition.notes.contains { $0.hasPrefix("maxmemory is not set") })
            #expect(condition.version.split(separator: ".").count == 3)
        }
        try await open({
            $0.appendOnly = .always
            $0.maxMemory = "100mb"
        }) { store, _ in
            let condition = try await store.open()
            #expect(condition.isDurable)
            #expect(condition.notes == [])
            #expect(condition.memoryLimit == 100 << 20)
        }
        try await open({
            $0.forbidsConfig = true
            $0.appendOnly = .everySecond
        }) { store, _ in
            let condition = try await store.open()
            #expect(condition.isDurable == false)
            #expect(condition.notes.contains { $0.hasPrefix("appendfsync is not known") })
        }
    }

    @Test("one without memory is full: nothing is written, and no payload is told")
    func memory() async throws {
        try await open({ $0.maxMemory = "3mb" }) { store, _ in
            var error: MainspringError?
            var count = 0
            do {
                while count < 1000 {
                    let text = String(repeating: "secret", count: 5000)
                    _ = try await store.insert(
                        [[new("j\(count)", arguments: "{\"a\":\"\(text)\"}")]], now: .init(microseconds: 0))
                    count += 1
                }
            } catch let thrown as MainspringError { error = thrown }
            #expect(error?.code == .storeFull)
            #expect(error?.isOutage == true)
            #expect(error?.description.contains("secret") == false)
            #expect(try await store.job(JobID(rawValue: "j\(count)")!) == nil)
            #expect(try await store.queues().first?.waiting == count)
        }
    }

    @Test("a replica takes no writes")
    func replica() async throws {
        var options = TestRedisOptions()
        options.hasPort = true
        let primary = try await TestRedis.start(options)
        try await open({ $0.replicaOf = primary.port }) { store, _ in
            #expect(await code { _ = try await store.open() } == .storeReadOnly)
            #expect(
                await code { _ = try await store.insert([[new("a")]], now: .init(microseconds: 0)) } == .storeReadOnly)
            #expect(await code { _ = try await store.look() } == .storeReadOnly)
        }
    }

    /// As docs/redis.md has them.
    private static let rights =
        "resetchannels &{n}:* ~{n}:* +@hash +@sortedset +@string +@list +@set +@scripting +publish +subscribe +del +info"
        + " +time +hello +ping +select +client|setname -eval -flushall"

    @Test("a user with few rights is enough; one with too few is denied")
    func users() async throws {
        try await open(
            { $0.users = ["user default off", "user jobs on >secret \(Self.rights)"] }, user: "jobs", password: "secret"
        ) { store, _ in
            let condition = try await store.open()
            #expect(condition.notes.contains { $0.hasPrefix("appendonly is off") })
            #expect(try await store.insert([[new("a")]], now: .init(microseconds: 0)).count == 1)
        }
        try await open(
            { $0.users = ["user default off", "user jobs on >secret \(Self.rights) -zadd"] }, user: "jobs",
            password: "secret"
        ) { store, _ in
            #expect(
                await code { _ = try await store.insert([[new("a")]], now: .init(microseconds: 0)) } == .storeDenied)
        }
        try await open({ $0.password = "right" }, password: "wrong") { store, _ in
            #expect(await code { _ = try await store.open() } == .storeDenied)
            #expect(await code { _ = try await store.queues() } == .storeDenied)
        }
    }

    @Test("a namespace of a newer Mainspring is left alone")
    func newer() async throws {
        try await open({ _ in }) { store, redis in
            _ = try await store.open()
            try await redis.cli("HSET", "{n}:epoch", "reader", "2")
            #expect(await code { _ = try await store.open() } == .storeNewer)
            #expect(await code { _ = try await store.look() } == .storeNewer)
        }
    }

    @Test("its epoch stays with its data, and tells a restart from a loss")
    func epoch() async throws {
        try await open({ $0.appendOnly = .always }) { store, redis in
            _ = try await store.open()
            let first = try await store.look()
            #expect(try await store.look() == first)
            try await redis.restart()
            let again = try await StoreKit.store("n", at: RedisEndpoint(.socket(redis.socket)))
            let second = try await again.look()
            try await again.close()
            #expect(second.data == first.data && second.server != first.server)
            try await redis.restartEmpty()
            let last = try await StoreKit.store("n", at: RedisEndpoint(.socket(redis.socket)))
            let third = try await last.look()
            try await last.close()
            #expect(third.data != first.data)
        }
    }

    @Test("scripts that the server forgot are given to it again")
    func forgotten() async throws {
        try await open({ _ in }) { store, redis in
            _ = try await store.insert([[new("a")]], now: .init(microseconds: 0))
            try await redis.cli("SCRIPT", "FLUSH")
            _ = try await store.insert([[new("b")]], now: .init(microseconds: 0))
            #expect(try await store.queues().first?.waiting == 2)
        }
    }
}
