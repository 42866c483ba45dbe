import MainspringCore
import MainspringJobs
import MainspringStore
import MainspringTesting
import Testing

@Suite("Silence, patience and zombies", .timeLimit(.minutes(1)))
struct PatienceTests {
    /// Silent for 20 s it hangs; five seconds after a stop it is given up.
    private func node(ignoresStop: Bool, workers: Int = 1) -> TestNode {
        let executor = ScriptedExecutor.holding(ignoresStop: ignoresStop)
        let kind = JobKind(
            name: "watched", timeout: .seconds(600), retry: RetryPolicy(base: .seconds(10)), silence: .seconds(20),
            patience: .seconds(5), executor: executor)
        return TestNode(executor, workers: workers, kinds: [kind])
    }

    /// The timeout's and the silence's.
    private static let timers = TestNode.idleTimers + 2

    @Test("a job that gives no sign of life is stopped as hung")
    func silent() async throws {
        try await node(ignoresStop: false).running { node in
            let id = try await node.add("watched")
            await node.executor.started(1)
            await node.pass(.seconds(20) - .microseconds(1), timers: Self.timers)
            #expect(node.executor.urgencies.isEmpty)
            node.time.advance(by: .microseconds(1))
            let settlement = await node.settled(id)
            #expect(settlement?.attempt.outcome == .timeout)
            #expect(settlement?.attempt.error?.code == "silent")
            #expect(settlement?.nextState == .retryable)
            #expect(node.executor.urgencies == [.stop])
        }
    }

    @Test("a heartbeat keeps it alive, by its executor or through the client")
    func heartbeat() async throws {
        try await node(ignoresStop: false).running { node in
            let id = try await node.add("watched")
            await node.executor.started(1)
            let attempt = try #require(node.executor.started.first)
            for round in 1...6 {
                await node.pass(.seconds(15), timers: Self.timers)
                if round.isMultiple(of: 2) {
                    attempt.report()
                } else {
                    try await node.client.report(AttemptReport(id: id, token: attempt.lease.token))
                }
            }
            #expect(node.executor.urgencies.isEmpty)
            #expect(try await node.job(id).heartbeatAt != nil)
            await node.pass(.seconds(20), timers: Self.timers)
            #expect(await node.settled(id)?.attempt.error?.code == "silent")
        }
    }

    /// A job that ignored its stop until it was given up.
    private func abandoned(_ node: TestNode) async throws -> JobAttempt {
        let id = try await node.add("watched")
        await node.executor.started(1)
        await node.pass(.seconds(25), timers: Self.timers)
        await node.settled(id)
        return try #require(node.executor.started.first)
    }

    @Test("an attempt that ignores its stop is settled without it, with what it had written")
    func settledWithoutIt() async throws {
        try await node(ignoresStop: true).running { node in
            let id = try await node.add("watched")
            await node.executor.started(1)
            node.executor.started.first?.onReadOutput { AttemptOutput(standardOutput: Array("so far".utf8)) }
            await node.pass(.seconds(25), timers: Self.timers)
            let settlement = await node.settled(id)
            #expect(settlement?.attempt.error?.code == "silent")
            #expect(settlement?.output.standardOutput == Array("so far".utf8))
            #expect(try await node.job(id).state == .retryable)
            #expect(node.events.events.contains(.job(.abandoned(id: id, kind: "watched", queue: "default"))))
        }
    }

    @Test("a zombie's slot counts as taken until it has ended; then the next job gets it")
    func slot() async throws {
        try await node(ignoresStop: true).running { node in
            let zombie = try await abandoned(node)
            #expect(node.system.engine.runningAttempts().map(\.isZombie) == [true])
            #expect(node.system.engine.busy(queue: "default") == 1)
            let next = try await node.add()
            await node.pass(.seconds(40))
            #expect(node.executor.startedIDs == [zombie.lease.job.id], "no slot is free, for its own retry neither")
            node.executor.end(zombie.lease.job.id)
            await node.executor.started(2)
            #expect(node.events.events.contains { if case .job(.zombieEnded) = $0 { true } else { false } })
            #expect([next, zombie.lease.job.id].contains(try #require(node.executor.startedIDs.last)))
            #expect(!node.system.engine.runningAttempts().contains { $0.isZombie })
        }
    }

    @Test("a zombie's late result is not written, and its late reports are not sent")
    func late() async throws {
        try await node(ignoresStop: true).running { node in
            let zombie = try await abandoned(node)
            let (id, reports, settled) = (zombie.lease.job.id, node.store.calls(.report), node.settledCount)
            zombie.report(JobProgress(fraction: 0.9))
            node.executor.end(id, .success(result: "1"))
            await node.events.first { if case .job(.zombieEnded) = $0 { true } else { false } }
            await node.pass(.seconds(1), timers: TestNode.idleTimers + 1)
            #expect(node.store.calls(.report) == reports)
            #expect(node.settledCount == settled)
            #expect(try await node.client.attempts(of: id)?.first?.outcome == .timeout)
            #expect(try await node.job(id).result == nil)
            #expect(try await node.job(id).progress == nil)
        }
    }

    @Test("drained is told when the last zombie has ended, not before")
    func drained() async throws {
        try await node(ignoresStop: true).running { node in
            let zombie = try await abandoned(node)
            node.system.quiesce()
            await node.pass(.seconds(1))
            #expect(node.drainCount == 0)
            node.executor.end(zombie.lease.job.id)
            await node.events.first { if case .job(.zombieEnded) = $0 { true } else { false } }
            #expect(node.drainCount == 1)
        }
    }

    @Test("one that ends within the patience of its stop is no zombie")
    func patient() async throws {
        try await node(ignoresStop: true).running { node in
            let id = try await node.add("watched")
            await node.executor.started(1)
            await node.pass(.seconds(22), timers: Self.timers)
            #expect(node.executor.urgencies == [.stop])
            node.executor.end(id, .success(result: "1"))
            await node.settled(id)
            #expect(try await node.job(id).state == .completed)
            await node.time.timersPending(TestNode.idleTimers)
            #expect(node.time.pendingTimers == TestNode.idleTimers, "its timers are gone")
        }
    }

    @Test("a claim that becomes quiet leaves no zombie, also while its end cannot be written")
    func neverRan() async throws {
        try await node(ignoresStop: true).running { node in
            node.store.hold(.claim)
            try await node.add("watched")
            await node.store.holds(.claim)
            node.system.quiesce()
            node.store.fail(.settle, times: 1)
            node.store.release(.claim)
            await node.store.called(.settle, times: 1)
            #expect(node.system.engine.runningAttempts().map(\.isZombie) == [false])
            // The next try has a timer, and so has the patience with the attempt: either may come first.
            while node.drainCount == 0 {
                node.time.advance(by: .milliseconds(10))
                await Task.yield()
            }
        }
    }
}
