import MainspringCore
import MainspringJobs
import MainspringStore
import MainspringTesting
import Testing

@Suite("Running jobs", .timeLimit(.minutes(1)))
struct RunningTests {
    static let failure = JobOutcome.failure(JobFailure(code: "exit_1", message: "it ended with 1"))

    @Test("a job runs to completed, with its result and its attempt")
    func completed() async throws {
        try await TestNode(ScriptedExecutor { _ in .success(result: "{\"a\":1}") }).running { node in
            let id = try await node.add()
            await node.settled(id)
            let job = try await node.job(id)
            #expect(job.state == .completed)
            #expect(job.result == "{\"a\":1}")
            #expect(job.attempt == 1)
            #expect(job.finishedAt == node.time.now())
            #expect(try await node.client.attempts(of: id)?.map(\.outcome) == [.success])
            #expect(
                node.events.events.contains { event in
                    if case .job(.started(id, "work", "default", 1, .zero)) = event { true } else { false }
                })
        }
    }

    @Test("a failed job runs again after its backoff, in virtual time, then succeeds")
    func retry() async throws {
        let executor = ScriptedExecutor { $0.lease.attemptNumber == 1 ? Self.failure : .success(result: nil) }
        try await TestNode(executor).running { node in
            let id = try await node.add()
            let settlement = try #require(await node.settled(id))
            #expect(try await node.job(id).state == .retryable)
            #expect(try await node.job(id).error?.code == "exit_1")
            let wait = settlement.availableAt - node.time.now()
            #expect(.seconds(5) <= wait && wait <= .seconds(10))
            await node.time.timersPending(TestNode.idleTimers + 1)
            node.time.advance(by: wait - .microseconds(1))
            #expect(try await node.job(id).state == .retryable)
            node.time.advance(by: .microseconds(1))
            await node.settled(id, attempt: 2)
            #expect(try await node.job(id).state == .completed)
            #expect(try await node.client.attempts(of: id)?.map(\.outcome) == [.failure, .success])
        }
    }

    @Test("a job is discarded after its last attempt")
    func discarded() async throws {
        try await TestNode(ScriptedExecutor { _ in Self.failure }).running { node in
            let id = try await node.add()
            for attempt in 1...3 {
                await node.settled(id, attempt: attempt)
                if attempt < 3 { node.time.advance(by: .seconds(20)) }
            }
            let job = try await node.job(id)
            #expect(job.state == .discarded)
            #expect(job.attempt == 3)
            #expect(node.executor.started.count == 3)
        }
    }

    @Test("a discarded outcome ends the job at its first attempt")
    func discardedAtOnce() async throws {
        let executor = ScriptedExecutor { _ in .discarded(JobFailure(code: "exit_65", message: "bad data")) }
        try await TestNode(executor).running { node in
            let id = try await node.add()
            await node.settled(id)
            #expect(try await node.job(id).state == .discarded)
        }
    }

    @Test("the timeout stops the executor and counts as an attempt")
    func timeout() async throws {
        try await TestNode(.holding()).running { node in
            let id = try await node.add()
            await node.executor.started(1)
            await node.pass(.seconds(59), timers: TestNode.idleTimers + 1)
            #expect(node.executor.urgencies.isEmpty)
            node.time.advance(by: .seconds(1))
            let settlement = await node.settled(id)
            #expect(node.executor.urgencies == [.stop])
            #expect(settlement?.attempt.outcome == .timeout)
            #expect(settlement?.attempt.error?.code == "timeout")
            let job = try await node.job(id)
            #expect(job.state == .retryable)
            #expect(job.attempt == 1)
        }
    }

    @Test("a success that comes after the timeout's stop stays a success")
    func lateSuccess() async throws {
        try await TestNode(.holding(ignoresStop: true)).running { node in
            let id = try await node.add()
            await node.executor.started(1)
            await node.pass(.seconds(60), timers: TestNode.idleTimers + 1)
            #expect(node.executor.urgencies == [.stop])
            node.executor.end(id, .success(result: "1"))
            await node.settled(id)
            #expect(try await node.job(id).state == .completed)
        }
    }

    @Test("a snoozed job waits as long as it asked for, and uses no attempt")
    func snooze() async throws {
        let executor = ScriptedExecutor { $0.lease.job.snoozes == 0 ? .snoozed(.seconds(30)) : .success(result: nil) }
        try await TestNode(executor).running { node in
            let id = try await node.add()
            await node.settled(id)
            let waiting = try await node.job(id)
            #expect(waiting.state == .scheduled)
            #expect(waiting.attempt == 0)
            #expect(waiting.scheduledAt == node.time.now() + .seconds(30))
            node.time.advance(by: .seconds(30))
            await node.executor.started(2)
            #expect(node.executor.started[1].lease.attemptNumber == 1)
        }
    }

    @Test("a queue hands out by priority, then by age")
    func priority() async throws {
        let node = TestNode(workers: 1)
        try await node.store.setPaused(true, queue: "default")
        try await node.running { node in
            var ids: [String: JobID] = [:]
            for (name, priority) in [("low", .low), ("normal1", .normal), ("high", .high), ("critical", .critical)]
                as [(String, JobPriority)]
            {
                ids[name] = try await node.add(priority: priority)
            }
            node.time.advance(by: .milliseconds(1))
            ids["normal2"] = try await node.add(priority: .normal)
            try await node.client.setPaused(false, queue: "default")
            await node.executor.started(5)
            let order = node.executor.startedIDs.map { id in ids.first { $0.value == id }?.key }
            #expect(order == ["critical", "high", "normal1", "normal2", "low"])
        }
    }

    @Test("a queue's workers bound what runs at once, and queues do not wait for one another")
    func workers() async throws {
        try await TestNode(.holding(), workers: 2).running { node in
            var ids: [JobID] = []
            for _ in 0..<6 { ids.append(try await node.add()) }
            let other = try await node.add("other")
            await node.executor.started(3)
            #expect(node.executor.startedIDs.contains(other))
            #expect(node.system.engine.busy(queue: "default") == 2)
            #expect(node.system.engine.busy(queue: "other") == 1)
            for _ in 0..<6 {
                let running = node.system.engine.runningAttempts().filter { $0.lease.job.queue == "default" }
                guard let first = running.first?.lease.job.id else { break }
                #expect(running.count <= 2)
                node.executor.end(first)
                await node.settled(first)
                await node.executor.started(min(7, node.settledCount + 3))
            }
            for id in ids { #expect(try await node.job(id).state == .completed) }
            #expect(node.executor.peak == 3)
        }
    }

    @Test("a paused queue takes jobs and hands out none until it is resumed; others go on")
    func paused() async throws {
        try await TestNode().running { node in
            try await node.client.setPaused(true, queue: "default")
            let claims = node.store.calls(.claim)
            let id = try await node.add()
            await node.store.called(.claim, times: claims + 1)
            let other = try await node.add("other")
            await node.settled(other)
            #expect(try await node.job(id).state == .available)
            try await node.client.setPaused(false, queue: "default")
            await node.settled(id)
            #expect(node.events.events.contains(.job(.queuePaused("default"))))
            #expect(node.events.events.contains(.job(.queueResumed("default"))))
        }
    }

    @Test("pausing a queue that does not exist names the nearest")
    func pauseUnknown() async throws {
        try await TestNode().running { node in
            let error = await #expect(throws: MainspringError.self) {
                try await node.client.setPaused(true, queue: "defualt")
            }
            #expect(error?.code == .notFound)
            #expect(error?.hint == "Did you mean 'default'?")
        }
    }

    @Test("an idle node asks the store for nothing")
    func idle() async throws {
        try await TestNode().running { node in
            await node.settled(try await node.add())
            await node.time.timersPending(TestNode.idleTimers)
            let before = (node.store.calls(.claim), node.store.calls(.promote))
            for _ in 0..<3 {
                node.time.advance(by: .seconds(10))
                await node.time.timersPending(TestNode.idleTimers)
            }
            #expect((node.store.calls(.claim), node.store.calls(.promote)) == before)
        }
    }
}
