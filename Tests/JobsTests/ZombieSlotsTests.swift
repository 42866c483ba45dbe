import Logging
import MainspringCore
import MainspringJobs
import MainspringStore
import MainspringTesting
import Testing

@Suite("Slots that zombies keep", .timeLimit(.minutes(1)))
struct ZombieSlotsTests {
    @Test("a job that does not end is counted as a zombie beside those that run, until it ends")
    func counted() async throws {
        let time = ManualTime()
        let events = EventRecorder()
        let executor = ScriptedExecutor.holding(ignoresStop: true)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let kind = JobKind(
            name: "stuck", timeout: .seconds(2), retry: RetryPolicy(maxAttempts: 1), patience: .seconds(1),
            executor: executor)
        let system = JobSystem(
            registry: JobRegistry(kinds: [kind], queues: ["default": QueueOptions(workers: 2)]), schedules: [],
            retention: Retention(), node: NodeFacts(identity: NodeIdentity(name: "n1", incarnation: "1")),
            store: MemoryJobStore(time: time), time: time, ids: RandomIDSource(), sink: events,
            health: StoreHealth(logger: logger), logger: logger, drained: {})
        try await system.join()
        let run = Task { await system.run() }
        func slots() async throws -> [Int] {
            let queue = try #require(try await system.client.queues().first)
            return [queue.busy, queue.zombies]
        }
        let id = try await system.client.enqueue(JobRequest(kind: "stuck")).id
        await executor.started(1)
        #expect(try await slots() == [1, 0])
        let attempt = try #require(system.engine.runningAttempts().first)
        time.advance(by: .seconds(2))
        #expect(attempt.stopReason == .timeout)
        time.advance(by: .seconds(1))
        await events.first { if case .job(.abandoned(id, _, _)) = $0 { true } else { false } }
        #expect(try await slots() == [1, 1])
        executor.end(id)
        await events.first { if case .job(.zombieEnded(id, _, _)) = $0 { true } else { false } }
        system.quiesce()
        await run.value
        #expect(try await slots() == [0, 0])
    }
}
