import MainspringCore
import MainspringJobs
import MainspringStore
import MainspringTesting
import Testing

@Suite("Stopping", .timeLimit(.minutes(1)))
struct StoppingTests {
    @Test("a quiet node claims nothing more, its running jobs finish, and then it is drained")
    func quiesce() async throws {
        try await TestNode(.holding(), workers: 1).running { node in
            let running = try await node.add()
            let waiting = try await node.add()
            await node.executor.started(1)
            node.system.quiesce()
            #expect(node.drainCount == 0)
            node.executor.end(running)
            await node.settled(running)
            #expect(try await node.job(running).state == .completed)
            #expect(try await node.job(waiting).state == .available)
            #expect(node.executor.started.count == 1)
        }
    }

    @Test("a quiet node takes no new jobs and says that it is draining")
    func draining() async throws {
        try await TestNode().running { node in
            node.system.quiesce()
            let error = await #expect(throws: MainspringError.self) { try await node.add() }
            #expect(error?.code == .draining)
            #expect(error?.retryAfter != nil)
        }
    }

    @Test("running jobs that are stopped go back without a used attempt, in their old place")
    func stopRunning() async throws {
        try await TestNode(.holding()).running { node in
            let id = try await node.add()
            let since = try await node.job(id).scheduledAt
            await node.executor.started(1)
            node.time.advance(by: .seconds(5))
            node.system.quiesce()
            node.system.engine.stopRunning()
            await node.settled(id)
            let job = try await node.job(id)
            #expect(job.state == .available)
            #expect(job.attempt == 0)
            #expect(job.scheduledAt == since)
            #expect(node.executor.urgencies == [.stop])
            #expect(try await node.client.attempts(of: id)?.map(\.outcome) == [.interrupted])
        }
    }

    @Test("what goes back on a node that goes on is claimed again")
    func stopRunningGoesOn() async throws {
        try await TestNode(.holding()).running { node in
            let id = try await node.add()
            await node.executor.started(1)
            node.system.engine.stopRunning()
            await node.executor.started(2)
            node.executor.end(id)
            await node.events.first(2) { if case .job(.settled) = $0 { true } else { false } }
            #expect(try await node.job(id).state == .completed)
        }
    }

    @Test("a job that ignores its stop is killed, once")
    func killRunning() async throws {
        try await TestNode(.holding(ignoresStop: true)).running { node in
            let id = try await node.add()
            await node.executor.started(1)
            node.system.quiesce()
            node.system.engine.stopRunning()
            #expect(node.drainCount == 0)
            node.system.engine.killRunning()
            node.system.engine.killRunning()
            await node.settled(id)
            #expect(node.executor.urgencies == [.stop, .kill])
            #expect(try await node.job(id).state == .available)
        }
    }

    @Test("a claim that is under way when the node becomes quiet is handed back, and its jobs never run")
    func claimInFlight() async throws {
        try await TestNode().running { node in
            node.store.hold(.claim)
            let id = try await node.add()
            await node.store.holds(.claim)
            node.system.quiesce()
            #expect(node.drainCount == 0)
            node.store.release(.claim)
            await node.settled(id)
            let job = try await node.job(id)
            #expect(job.state == .available)
            #expect(job.attempt == 0)
            #expect(node.executor.started.isEmpty)
        }
    }

    @Test("cancelling the caller of run stops what runs, hands it back, and loses no settlement")
    func cancelRun() async throws {
        let node = TestNode(.holding())
        try await node.system.join()
        let run = Task { await node.system.run() }
        let first = try await node.add()
        let second = try await node.add()
        await node.executor.started(2)
        node.store.fail(.settle, times: 1)
        node.executor.end(first)
        await node.store.called(.settle, times: 1)
        // Before the other attempt has a timer of its own, which says how long it may take to stop.
        await node.time.timersPending(TestNode.idleTimers + 1)
        run.cancel()
        node.time.advance(by: .seconds(1))
        await run.value
        #expect(try await node.job(first).state == .completed)
        #expect(try await node.job(second).state == .available)
        #expect(node.drainCount == 1)
        #expect(node.time.pendingTimers == 0)
    }

    @Test("a node that was quiet before it ran ends at once")
    func quietBefore() async throws {
        let node = TestNode()
        node.system.quiesce()
        await node.system.run()
        #expect(node.drainCount == 1)
        #expect(node.time.pendingTimers == 0)
    }

    @Test("a node that the store fails stops without waiting for its next try")
    func quiesceWhileFailing() async throws {
        try await TestNode().running { node in
            node.store.fail(.claim, times: 1)
            try await node.add()
            await node.store.called(.claim, times: 2)
            await node.time.timersPending(TestNode.idleTimers + 1)
        }
    }

    @Test(
        "started and stopped a hundred times from many tasks, with jobs arriving: drained once, nothing left, nothing lost"
    )
    func stress() async throws {
        for _ in 0..<100 {
            let node = TestNode(workers: 3)
            try await node.system.join()
            let inserted = await withTaskGroup(of: [JobID].self) { group in
                group.addTask {
                    await node.system.run()
                    return []
                }
                for _ in 0..<4 {
                    group.addTask {
                        var ids: [JobID] = []
                        for _ in 0..<5 {
                            guard let id = try? await node.add() else { break }
                            ids.append(id)
                        }
                        return ids
                    }
                    group.addTask {
                        await Task.yield()
                        node.system.quiesce()
                        return []
                    }
                    group.addTask {
                        await Task.yield()
                        node.system.engine.stopRunning()
                        return []
                    }
                }
                return await group.reduce(into: []) { $0 += $1 }
            }
            #expect(node.drainCount == 1)
            #expect(node.time.pendingTimers == 0)
            for id in inserted { #expect([.available, .completed].contains(try await node.job(id).state)) }
            let stored = try await node.store.inner.jobs(matching: JobQuery(limit: 100)).jobs
            #expect(Set(stored.map(\.id)) == Set(inserted))
        }
    }
}
