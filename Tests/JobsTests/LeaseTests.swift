import MainspringCore
import MainspringJobs
import MainspringStore
import MainspringTesting
import Testing

@Suite("Leases and rescue", .timeLimit(.minutes(1)))
struct LeaseTests {
    static let other = NodeIdentity(name: "n2", incarnation: "life-1")
    static let longKind = JobRequest(kind: "other")

    @Test("a lease is renewed as long as its job runs")
    func renewal() async throws {
        try await TestNode(.holding()).running { node in
            let id = try await node.add(Self.longKind)
            await node.executor.started(1)
            for round in 1...6 {
                await node.time.timersPending(TestNode.idleTimers + 1)
                node.time.advance(by: .seconds(20))
                await node.store.called(.renew, times: round)
            }
            #expect(try await node.store.inner.reclaim(owner: Self.other, now: node.time.now(), limit: 10).isEmpty)
            node.executor.end(id)
            await node.settled(id)
        }
    }

    @Test("a lost lease stops the attempt, which then writes nothing")
    func lost() async throws {
        try await TestNode(.holding()).running { node in
            let id = try await node.add(Self.longKind)
            await node.executor.started(1)
            let taken = try await node.store.inner.reclaim(owner: Self.other, now: node.time.now() + .seconds(61), limit: 10)
            #expect(taken.map(\.id) == [id])
            node.time.advance(by: .seconds(20))
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
            _ = try await node.store.inner.reclaim(owner: Self.other, now: node.time.now() + .seconds(61), limit: 10)
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
            _ = try await node.store.inner.reclaim(owner: Self.other, now: node.time.now() + .seconds(61), limit: 10)
            node.system.engine.wake(queue: "default")
            await node.executor.started(2)
            #expect(node.system.engine.runningAttempts().count == 2)
            node.executor.end(id)
            await node.settled(id)
            await node.time.timersPending(TestNode.idleTimers + 1)
            node.time.advance(by: .seconds(20))
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
            node.time.advance(by: .seconds(20))
            await node.store.called(.renew, times: 1)
            #expect(node.health.error?.code == .storeFailed)
            await node.time.timersPending(TestNode.idleTimers + 1)
            node.time.advance(by: .seconds(20))
            await node.store.called(.renew, times: 2)
            node.executor.end(id)
            await node.settled(id)
            #expect(node.health.error == nil)
        }
    }

    @Test("a new life takes back what the last one held, records the cut attempt, and runs it again")
    func reclaim() async throws {
        let time = ManualTime(), store = FaultyStore()
        let dead = TestNode(.holding(ignoresStop: true), store: store, time: time)
        let run = Task { await dead.system.run() }
        let id = try await dead.add()
        await dead.executor.started(1)

        let alive = TestNode(store: store, time: time, incarnation: "life-2")
        try await alive.system.reclaim()
        #expect(alive.events.events == [.job(.rescued(id: id, kind: "work", queue: "default"))])
        #expect(try await store.inner.job(id)?.state == .available)
        let second = Task { await alive.system.run() }
        await alive.settled(id)
        #expect(try await store.inner.attempts(of: id)?.map(\.outcome) == [.interrupted, .success])
        #expect(try await store.inner.job(id)?.rescues == 1)

        // The dead were only slow: they write nothing.
        dead.executor.end(id, RunningTests.failure)
        await dead.events.first { $0 == .job(.staleWrite(id: id)) }
        #expect(try await store.inner.job(id)?.state == .completed)
        for node in [dead, alive] { node.system.quiesce() }
        await run.value
        await second.value
        #expect(time.pendingTimers == 0)
    }

    @Test("a rescued job whose cancel was requested is cancelled")
    func reclaimCancelled() async throws {
        let store = FaultyStore(), time = ManualTime()
        let dead = TestNode(.holding(ignoresStop: true), store: store, time: time)
        try await dead.running { dead in
            let id = try await dead.add()
            await dead.executor.started(1)
            _ = try await dead.client.cancel(id)
            let alive = TestNode(store: store, time: time, incarnation: "life-2")
            try await alive.system.reclaim()
            #expect(alive.events.events.last == .job(.cancelled(id: id, kind: "work", queue: "default")))
            #expect(try await store.inner.job(id)?.state == .cancelled)
        }
    }
}
