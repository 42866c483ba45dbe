import MainspringCore
import MainspringJobs
import MainspringStore
import MainspringTesting
import Testing

@Suite("Deadlines", .timeLimit(.minutes(1)))
struct DeadlineTests {
    private func add(_ node: TestNode, deadline: Duration) async throws -> JobID {
        try await node.add(JobRequest(kind: "work", deadline: node.time.now() + deadline))
    }

    @Test("a job that waited past its deadline never runs")
    func waiting() async throws {
        try await TestNode(.holding()).running { node in
            try await node.client.setPaused(true, queue: "default")
            let late = try await add(node, deadline: .seconds(10))
            let inTime = try await add(node, deadline: .seconds(40))
            await node.pass(.seconds(10))
            try await node.client.setPaused(false, queue: "default")
            let settlement = await node.settled(late)
            #expect(settlement?.attempt.outcome == .discarded)
            #expect(try await node.job(late).error?.code == "deadline")
            #expect(try await node.job(late).state == .discarded)
            await node.executor.started(1)
            #expect(node.executor.startedIDs == [inTime])
            #expect(node.system.engine.runningAttempts().allSatisfy { !$0.isZombie })
        }
    }

    @Test("a running job is cut at its deadline, and not tried again")
    func running() async throws {
        try await TestNode(.holding()).running { node in
            let id = try await add(node, deadline: .seconds(30))
            await node.executor.started(1)
            await node.pass(.seconds(29), timers: TestNode.idleTimers + 1)
            #expect(node.executor.urgencies.isEmpty)
            await node.pass(.seconds(1), timers: TestNode.idleTimers + 1)
            await node.settled(id)
            #expect(node.executor.urgencies == [.stop])
            let job = try await node.job(id)
            #expect(job.state == .discarded)
            #expect(job.error?.code == "deadline")
        }
    }

    @Test("a timeout that comes first is a timeout, and a retry that would come too late is none")
    func timeoutFirst() async throws {
        try await TestNode(.holding()).running { node in
            let id = try await add(node, deadline: .seconds(63))
            await node.executor.started(1)
            await node.pass(.seconds(60), timers: TestNode.idleTimers + 1)
            let settlement = await node.settled(id)
            #expect(settlement?.attempt.error?.code == "timeout")
            #expect(settlement?.nextState == .discarded, "its backoff is five seconds at least")
        }
    }

    @Test("a kind's deadline counts from the creation of its job")
    func ofKind() async throws {
        let executor = ScriptedExecutor.holding()
        let kind = JobKind(name: "hurried", deadline: .seconds(20), executor: executor)
        try await TestNode(executor, kinds: [kind]).running { node in
            let created = node.time.now()
            let id = try await node.add("hurried")
            #expect(try await node.job(id).deadline == created + .seconds(20))
        }
    }
}
