import Foundation
import Glibc
import MainspringCore
import MainspringRedis
import MainspringRuntime
import MainspringSQLite
import MainspringStore
import MainspringTesting
import Synchronization
import Testing

/// `mainspring store move`, killed with SIGKILL wherever it is, and begun again; `MAINSPRING_SEED` says where.
@Suite("A move that is killed", .serialized, .timeLimit(.minutes(5)))
struct RedisMoveTests {
    private static let jobs = 3000
    private static let kills = 6

    private func options() -> TestRedisOptions {
        var options = TestRedisOptions()
        options.appendOnly = .everySecond
        return options
    }

    @Test("brings every job to Redis exactly once, and back")
    func killed() async throws {
        let seed =
            ProcessInfo.processInfo.environment["MAINSPRING_SEED"].flatMap { UInt64($0) } ?? .random(in: 0 ... .max)
        print("RedisMoveTests: seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let server = try await TestRedis.start(options())
        let folder = try ScratchFolder()
        let url = "redis+unix://\(server.socket)"
        let time = SystemTime()

        let first = try SQLiteJobStore(path: folder.file("a.db"), durability: .normal)
        try await StockedStore(store: first).fill(Self.jobs)
        try await first.close()

        let redis = RedisJobStore(try RedisEndpoint(url: url), time: time)
        _ = try await redis.open()
        try await move(["a.db", url], in: folder, into: redis, killing: Self.kills, &random)
        let source = try SQLiteJobStore(path: folder.file("a.db"), durability: .normal)
        let image = try await StoreImage.of(source)
        try await source.close()
        #expect(image.jobs.count == Self.jobs + 3 && Set(image.jobs.map(\.id)).count == image.jobs.count)
        let states = Dictionary(grouping: image.jobs, by: \.state).mapValues(\.count)
        for state in JobState.allCases where state != .running { #expect(states[state] ?? 0 > 0, "\(state)") }
        #expect(image.jobs.count { $0.rescues == 1 } == 10, "those of the dead node are rescued once, however often")
        #expect(try await StoreImage.of(redis) == image)
        try await expectUniqueKeys(redis)

        let last = try SQLiteJobStore(path: folder.file("b.db"), durability: .normal)
        try await move([url, "b.db", "--remove"], in: folder, into: last, killing: Self.kills, &random)
        #expect(try await StoreImage.of(last) == image)
        try await expectUniqueKeys(last)
        try await last.close()
        #expect(try await SQLiteStoreFile.check(path: folder.file("b.db")) == [])
        #expect(try await StoreImage.count(redis) == 0)
        try await redis.close()
    }

    @Test("while it removes the source, has no half of a job there, and goes on")
    func removing() async throws {
        var options = options()
        options.users = ["user default on nopass ~* &* +@all", "user mover on >secret ~* &* +@all -scan"]
        let server = try await TestRedis.start(options)
        let folder = try ScratchFolder()
        let url = "redis+unix://\(server.socket)"
        let redis = RedisJobStore(try RedisEndpoint(url: url), time: SystemTime())
        _ = try await redis.open()
        try await StockedStore(store: redis).fill(600)
        let last = try SQLiteJobStore(path: folder.file("b.db"), durability: .normal)
        let (status, _) = try await run([url, "b.db"], in: folder)
        #expect(status == 0)
        let image = try await StoreImage.of(last)
        // This user gets no further than the first step of a removal; then keys go in the server's own order, here bodies first.
        let cut = RedisJobStore(
            try RedisEndpoint(url: "redis+unix://mover:secret@\(server.socket)"), time: SystemTime())
        await #expect(throws: MainspringError.self) { try await cut.removeEverything() }
        try await cut.close()
        try await server.cli(
            "EVAL",
            "for _, k in ipairs(redis.call('KEYS', '{mainspring}:b:*')) do redis.call('UNLINK', k) end return 0", "0")
        let (again, told) = try await run([url, "b.db", "--remove"], in: folder)
        #expect(again == 0, "\(told)")
        #expect(try await server.cli("DBSIZE") == "0")
        #expect(try await StoreImage.of(last) == image)
        try await last.close()
        try await redis.close()
    }

    // MARK: Runs

    /// Runs the move until it is done, and kills it so many times before, each time with more jobs in the target.
    private func move(
        _ arguments: [String], in folder: ScratchFolder, into target: any JobStore, killing kills: Int,
        _ random: inout SeededGenerator
    ) async throws {
        // In the first half: it must not come to its end before the kill comes, however busy the machine is.
        let places = (0..<kills).map { _ in Int.random(in: 0..<Self.jobs / 2, using: &random) }.sorted()
        var killed = 0
        for place in places {
            let process = try start(arguments, in: folder)
            let hasEnded = Mutex(false)
            let exit = ExitWaiter()
            process.whenEnded { status in
                hasEnded.withLock { $0 = true }
                exit.finish(status)
            }
            while try await StoreImage.count(target) < place, !hasEnded.withLock({ $0 }) {}
            kill(process.pid, SIGKILL)
            let status = try await exit.wait()
            guard status != 0 else { break }
            #expect(status == 128 + SIGKILL, "killed with \(place) jobs there: \(status)")
            killed += 1
        }
        #expect(killed > 0)
        let (status, told) = try await run(arguments, in: folder)
        #expect(status == 0, "\(told)")
    }

    private func start(_ arguments: [String], in folder: ScratchFolder) throws -> SpawnedProcess {
        try SpawnedProcess(
            Binary.path, ["store", "move"] + arguments, in: folder.path, environment: Command.baseEnvironment)
    }

    private func run(_ arguments: [String], in folder: ScratchFolder) async throws -> (Int32, String) {
        let result = try await Command.run(Binary.path, ["store", "move"] + arguments, in: folder.path)
        return (result.status, result.output + result.errors)
    }

    /// A key that a waiting job holds is held, and the one that waits for a key's holder still does.
    private func expectUniqueKeys(_ store: any JobStore) async throws {
        let rival = StockedStore(store: store).job("rival", unique: StockedStore.holder)
        let results = try await store.insert([[rival]], now: SystemTime().now())
        guard case .duplicate(let holder)? = results.first?.first else {
            Issue.record("the key is free: \(results)")
            return
        }
        #expect(holder.id.rawValue == "held")
        #expect(try await store.job(JobID(rawValue: "follower")!)?.state == .pending)
    }
}
