import Logging
import MainspringCore
import MainspringStore
import MainspringTesting
import Synchronization
import Testing

@testable import MainspringJobs

/// A node's jobs over a failover store, in virtual time.
private final class FailoverNode: Sendable {
    let store: FailoverStore
    let system: JobSystem
    let events = EventRecorder()
    let executor: ScriptedExecutor
    let health = StoreHealth(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    private let turns: TurnExecutor
    private let tasks = Mutex<[Task<Void, Never>]>([])

    init(
        _ executor: ScriptedExecutor, server: FlakyServer, spool: any Spool, time: ManualTime, turns: TurnExecutor,
        name: String = "n1", workers: Int = 10, whileAway: WhileAway = .hold
    ) async throws {
        self.executor = executor
        self.turns = turns
        store = try await FailoverStore(
            primary: server, spool: spool, whileAway: whileAway, time: time,
            begin: { body in Task(executorPreference: turns) { await body() } })
        let retry = RetryPolicy(maxAttempts: 3, base: .seconds(10))
        system = JobSystem(
            registry: JobRegistry(
                kinds: [JobKind(name: "work", arguments: ArgumentSchema([:]), retry: retry, executor: executor)],
                queues: ["default": QueueOptions(workers: workers, limit: 100_000)]),
            schedules: [], retention: Retention(),
            node: NodeFacts(identity: NodeIdentity(name: name, incarnation: "life-1")), store: store, time: time,
            ids: RandomIDSource(), sink: events, health: health,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, drained: {})
    }

    func start() async throws {
        let run = Task(executorPreference: turns) { [store] in await store.run() }
        tasks.withLock { $0.append(run) }
        try await system.join()
        let work = Task(executorPreference: turns) { [system] in
            system.begin()
            await system.work()
        }
        tasks.withLock { $0.append(work) }
    }

    func stop() async {
        system.quiesce()
        system.engine.killRunning()
        let tasks = tasks.withLock { $0 }
        await tasks.last?.value
        tasks.first?.cancel()
        await tasks.first?.value
    }

    /// How often each job's end was told.
    var ends: [JobID: Int] {
        events.events.reduce(into: [:]) { ends, event in
            if case .job(.settled(let settlement, _)) = event { ends[settlement.id, default: 0] += 1 }
        }
    }

    var staleWrites: Int {
        events.events.count { if case .job(.staleWrite) = $0 { true } else { false } }
    }
}

@Suite("Nodes over a failover store", .timeLimit(.minutes(2)))
struct FailoverNodeTests {
    private struct World {
        let time = ManualTime()
        let turns = TurnExecutor()
        let server: FlakyServer
        let spool = MemorySpool()

        init() { server = FlakyServer(time: time) }

        func pass(_ duration: Duration, step: Duration = .milliseconds(50)) async {
            var left = duration
            while left > .zero {
                time.advance(by: min(left, step))
                left -= step
                await turns.idle()
            }
        }

        static func run(_ body: (World) async throws -> Void) async throws {
            let world = World()
            defer { world.turns.stop() }
            try await world.turns.run { try await body(world) }
        }

        func end(_ nodes: FailoverNode...) async {
            let isOver = Signal()
            let stopping = Task(executorPreference: turns) {
                for node in nodes { await node.stop() }
                isOver.notify()
            }
            while !isOver.isReached {
                time.advance(by: .seconds(1))
                await turns.idle()
            }
            await stopping.value
        }

        func states() async throws -> [JobState: Int] {
            try await server.current.queues().first { $0.name == "default" }?.counts ?? [:]
        }
    }

    @Test("ten seconds without the server under 200 enqueues a second: none fails, none is lost, each ends once")
    func tenSeconds() async throws {
        try await World.run { world in
            let executor = ScriptedExecutor()
            let node = try await FailoverNode(
                executor, server: world.server, spool: world.spool, time: world.time, turns: world.turns)
            try await node.start()
            await world.turns.idle()
            var ids: Set<JobID> = []
            for tick in 0..<2600 {
                if tick == 200 { world.server.set(.unreachable) }
                if tick == 2200 { world.server.set(nil) }
                let result = try await node.system.client.enqueue([JobRequest(kind: "work")])
                guard case .inserted(let job)? = result.first else {
                    Issue.record("\(result)")
                    break
                }
                ids.insert(job.id)
                world.time.advance(by: .milliseconds(5))
                if tick % 10 == 0 { await world.turns.idle() }
            }
            await world.pass(.seconds(2))
            #expect(node.store.status.state == .primary)
            #expect(node.store.status.replayed >= 1999)
            #expect(try await world.states() == [.completed: 2600])
            #expect(Set(node.ends.keys) == ids)
            #expect(node.ends.values.allSatisfy { $0 == 1 })
            #expect(node.staleWrites == 0)
            #expect(node.health.error == nil)
            await world.end(node)
            #expect(world.time.pendingTimers == 0)
        }
    }

    @Test("what ran when the server went ends once, and every worker is busy within a second of its return")
    func running() async throws {
        try await World.run { world in
            let executor = ScriptedExecutor.holding()
            let node = try await FailoverNode(
                executor, server: world.server, spool: world.spool, time: world.time, turns: world.turns)
            try await node.start()
            for _ in 0..<10 { _ = try await node.system.client.enqueue([JobRequest(kind: "work")]) }
            await world.pass(.seconds(1))
            let first = executor.started
            #expect(first.count == 10)
            world.server.set(.unreachable)
            for _ in 0..<30 { _ = try await node.system.client.enqueue([JobRequest(kind: "work")]) }
            // Longer than a lease; some end, some go on.
            await world.pass(.seconds(20))
            for attempt in first.prefix(6) { executor.end(attempt.lease.job.id) }
            await world.pass(.seconds(25))
            #expect(executor.started.count == 10, "nothing can be claimed")
            #expect(node.ends.count == 6)
            #expect(!node.system.isLeading, "nobody leads")
            world.server.set(nil)
            await world.pass(.seconds(1))
            #expect(executor.started.count == 16, "six slots were free")
            #expect(node.system.isLeading)
            for attempt in executor.started { executor.end(attempt.lease.job.id) }
            for _ in 0..<10 {
                await world.pass(.seconds(1))
                for attempt in executor.started { executor.end(attempt.lease.job.id) }
            }
            await world.pass(.seconds(1))
            #expect(try await world.states() == [.completed: 40])
            #expect(node.ends.count == 40)
            #expect(node.ends.values.allSatisfy { $0 == 1 })
            #expect(node.staleWrites == 0)
            await world.end(node)
        }
    }

    @Test("a claim without an answer is not idle for a lease")
    func lostClaim() async throws {
        try await World.run { world in
            let executor = ScriptedExecutor.holding()
            let node = try await FailoverNode(
                executor, server: world.server, spool: world.spool, time: world.time, turns: world.turns)
            try await node.start()
            await world.pass(.seconds(1))
            world.server.failNext(.exchange, .unanswered)
            _ = try await node.system.client.enqueue([JobRequest(kind: "work")])
            await world.pass(.seconds(1))
            #expect(executor.started.count == 1)
            #expect(node.store.status.state == .primary)
            // Later claims ask about it too: the server may have met it late.
            for count in 2...5 {
                _ = try await node.system.client.enqueue([JobRequest(kind: "work")])
                await world.pass(.seconds(1))
                #expect(executor.started.count == count, "none runs twice")
            }
            await world.end(node)
        }
    }

    @Test("with while_away: run, spooled jobs run while the server is away")
    func runs() async throws {
        try await World.run { world in
            let executor = ScriptedExecutor()
            let node = try await FailoverNode(
                executor, server: world.server, spool: world.spool, time: world.time, turns: world.turns,
                whileAway: .run)
            world.server.set(.unreachable)
            try await node.start()
            await world.pass(.seconds(1))
            for _ in 0..<50 { _ = try await node.system.client.enqueue([JobRequest(kind: "work")]) }
            await world.pass(.seconds(1))
            #expect(node.ends.count == 50)
            world.server.set(nil)
            await world.pass(.seconds(1))
            #expect(try await world.states() == [.completed: 50])
            #expect(node.ends.values.allSatisfy { $0 == 1 })
            #expect(node.store.status.spool == SpoolTally())
            await world.end(node)
        }
    }
}
