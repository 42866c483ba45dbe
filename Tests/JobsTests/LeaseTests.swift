import MainspringCore
import MainspringJobs
import MainspringStore
import MainspringTesting
import Testing

@Suite("Leases and rescue", .timeLimit(.minutes(1)))
struct LeaseTests {
    static let longKind = JobRequest(kind: "other")

    @Test("a lease is renewed as long as its job runs")
    func renewal() async throws {
        try await TestNode(.holding()).running { node in
            let id = try await node.add(Self.longKind)
            await node.executor.started(1)
            for round in 1...6 {
                await node.time.timersPending(TestNode.idleTimers + 1)
                node.time.advance(by: .seconds(10))
                await node.store.called(.renew, times: round)
            }
            await node.store.called(.reclaim, times: 3)
            #expect(try await node.job(id).rescues == 0)
            #expect(node.executor.urgencies.isEmpty)
            node.executor.end(id)
            await node.settled(id)
        }
    }

    @Test("a lost lease stops the attempt, which then writes nothing")
    func lost() async throws {
        try await TestNode(.holding()).running { node in
            let id = try await node.add(Self.longKind)
            await node.executor.started(1)
            try await node.client.setPaused(true, queue: "other")
            #expect(try await node.rob() == [id])
            await node.time.timersPending(TestNode.idleTimers + 1)
            node.time.advance(by: .seconds(10))
            await node.events.first { $0 == .job(.staleWrite(id: id)) }
            #expect(node.executor.urgencies == [.stop])
            #expect(node.store.calls(.settle) == 0)
            let job = try await node.job(id)
            #expect(job.state == .available)
            #expect(job.rescues == 1)
            #expect(job.attempt == 0)
        }
    }

    @Test("a settlement with a lost lease is refused, even before the node knows of the loss")
    func stale() async throws {
        try await TestNode(.holding()).running { node in
            let id = try await node.add(Self.longKind)
            await node.executor.started(1)
            try await node.client.setPaused(true, queue: "other")
            _ = try await node.rob()
            node.executor.end(id)
            await node.events.first { $0 == .job(.staleWrite(id: id)) }
            #expect(node.settledCount == 0)
            #expect(try await node.job(id).state == .available)
        }
    }

    @Test("a job that comes back while its lost attempt still runs: both are known, the new one settles")
    func lostAndBack() async throws {
        try await TestNode(.holding(ignoresStop: true)).running { node in
            let id = try await node.add()
            await node.executor.started(1)
            _ = try await node.rob()
            node.system.engine.wake(queue: "default")
            await node.executor.started(2)
            #expect(node.system.engine.runningAttempts().count == 2)
            node.executor.end(id)
            await node.settled(id)
            await node.time.timersPending(TestNode.idleTimers + 1)
            node.time.advance(by: .seconds(10))
            await node.store.called(.renew, times: 1)
            #expect(node.system.engine.runningAttempts().count == 1)
            node.system.quiesce()
            #expect(node.drainCount == 0, "the old attempt still runs")
        }
    }

    @Test("a failing renewal is tried again, and the attempt goes on")
    func renewFails() async throws {
        try await TestNode(.holding()).running { node in
            let id = try await node.add(Self.longKind)
            await node.executor.started(1)
            node.store.fail(.renew, times: 1)
            node.time.advance(by: .seconds(10))
            await node.store.called(.renew, times: 1)
            await node.time.timersPending(TestNode.idleTimers + 1)
            #expect(node.health.error?.code == .storeFailed)
            node.time.advance(by: .seconds(10))
            await node.store.called(.renew, times: 2)
            node.executor.end(id)
            await node.settled(id)
            #expect(node.health.error == nil)
        }
    }

    @Test("a new life takes back what the last one held, records the cut attempt, and runs it again")
    func reclaim() async throws {
        let node = TestNode(incarnation: "life-2")
        let id = try await claimedByEarlierLife(node)
        try await node.system.join()
        #expect(node.events.events.last == .job(.rescued(id: id, kind: "work", queue: "default", state: .available)))
        #expect(try await node.job(id).state == .available)
        try await node.running { node in
            await node.settled(id)
            let job = try await node.job(id)
            #expect(job.state == .completed)
            #expect(job.rescues == 1)
            #expect(job.attempt == 1)
            #expect(try await node.client.attempts(of: id)?.map(\.outcome) == [.interrupted, .success])
        }
    }

    @Test("a rescued job whose cancel was requested is cancelled")
    func reclaimCancelled() async throws {
        let node = TestNode(incarnation: "life-2")
        let id = try await claimedByEarlierLife(node)
        _ = try await node.store.inner.cancel([id], now: node.time.now())
        try await node.system.join()
        #expect(
            node.events.events.last
                == .job(.rescued(id: id, kind: "work", queue: "default", state: .cancelled)))
        #expect(try await node.job(id).state == .cancelled)
    }

    /// A job that the node's earlier life holds.
    private func claimedByEarlierLife(_ node: TestNode) async throws -> JobID {
        let now = node.time.now()
        let id = JobID(rawValue: "cut")!
        let record = JobRecord(
            id: id, kind: "work", queue: "default", state: .available, priority: .normal, arguments: "{}",
            maxAttempts: 3,
            createdAt: now, scheduledAt: now)
        _ = try await node.store.inner.insert([[NewJob(record: record)]], now: now)
        let leases = try await node.store.inner.claim(
            ClaimRequest(
                owner: NodeIdentity(name: "n1", incarnation: "life-1"), demand: ["default": 1],
                kinds: ["work": 1], nonce: "earlier", now: now, lease: .seconds(60)))
        #expect(leases.map(\.job.id) == [id])
        return id
    }
}
