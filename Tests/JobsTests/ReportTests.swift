import MainspringCore
import MainspringJobs
import MainspringStore
import MainspringTesting
import Testing

@Suite("Reports of running attempts", .timeLimit(.minutes(1)))
struct ReportTests {
    private func running(_ body: (TestNode, JobAttempt) async throws -> Void) async throws {
        try await TestNode(.holding()).running { node in
            try await node.add("other")
            await node.executor.started(1)
            try await body(node, try #require(node.executor.started.first))
        }
    }

    /// With the attempt's timeout.
    private static let timers = TestNode.idleTimers + 1

    @Test("a thousand reports while one is written are one more; the last progress stands, and what is not told stays")
    func coalesced() async throws {
        try await running { node, attempt in
            let id = attempt.lease.job.id
            attempt.report(JobProgress(fraction: 0.1, message: "begun"))
            await node.store.called(.report, times: 1)
            let first = try await node.job(id)
            #expect(first.progress == JobProgress(fraction: 0.1, message: "begun"))
            for step in 1...1_000 { attempt.report(JobProgress(fraction: Double(step) / 1_000)) }
            attempt.report()
            await node.time.timersPending(Self.timers + 1)
            #expect(node.store.calls(.report) == 1, "there is a pause between two")
            node.time.advance(by: .milliseconds(200))
            await node.store.called(.report, times: 2)
            #expect(try await node.job(id).progress == JobProgress(fraction: 1))
            #expect(try await node.job(id).heartbeatAt == node.time.now())
            await node.time.timersPending(Self.timers + 1)
            node.time.advance(by: .milliseconds(200))
            await node.time.timersPending(Self.timers)
            #expect(node.store.calls(.report) == 2)
        }
    }

    @Test("reports that the store did not take are written later, a newer one in place of an older")
    func failed() async throws {
        try await running { node, attempt in
            node.store.fail(.report, times: 1)
            attempt.report(JobProgress(fraction: 0.1))
            await node.store.called(.report, times: 1)
            await node.time.timersPending(Self.timers + 1)
            #expect(node.health.error != nil)
            node.time.advance(by: .milliseconds(100))
            await node.store.called(.report, times: 2)
            let job = try await node.job(attempt.lease.job.id)
            #expect(job.progress?.fraction == 0.1)
            await node.time.timersPending(Self.timers + 1)
            #expect(node.health.error == nil)
        }
    }

    @Test("a stale report stops its attempt, which then writes nothing")
    func stale() async throws {
        try await running { node, attempt in
            try await node.client.setPaused(true, queue: "other")
            _ = try await node.rob()
            attempt.report(JobProgress(fraction: 0.5))
            await node.events.first { $0 == .job(.staleWrite(id: attempt.lease.job.id)) }
            #expect(attempt.stopReason == .leaseLost)
            #expect(node.executor.urgencies == [.stop])
            #expect(node.store.calls(.settle) == 0)
            #expect(try await node.job(attempt.lease.job.id).progress == nil)
        }
    }

    @Test("an attempt hears through a report that its job was asked to cancel")
    func cancel() async throws {
        try await running { node, attempt in
            let id = attempt.lease.job.id
            _ = try await node.store.inner.cancel([id], now: node.time.now())
            attempt.report()
            await node.settled(id)
            #expect(attempt.stopReason == .cancelRequested)
            #expect(try await node.job(id).state == .cancelled)
        }
    }

    @Test("a report through the client says that a cancel was asked for, and refuses a token that does not hold")
    func throughClient() async throws {
        try await running { node, attempt in
            let id = attempt.lease.job.id
            let report = AttemptReport(id: id, token: attempt.lease.token, progress: JobProgress(fraction: 0.5))
            #expect(try await !node.client.report(report))
            #expect(try await node.job(id).progress?.fraction == 0.5)
            _ = try await node.store.inner.cancel([id], now: node.time.now())
            #expect(try await node.client.report(report))
            var wrong = report
            wrong.token = AttemptToken(rawValue: "none.1")
            let error = await #expect(throws: MainspringError.self) { try await node.client.report(wrong) }
            #expect(error?.code == .staleAttempt)
            #expect(node.events.events.contains(.job(.staleWrite(id: id))))
        }
    }

    @Test("a report that the end of its attempt overtook is no stale write")
    func overtaken() async throws {
        try await running { node, attempt in
            let id = attempt.lease.job.id
            node.store.freeze([.report])
            attempt.report(JobProgress(fraction: 0.5))
            node.store.hold(.settle)
            node.executor.end(id)
            await node.store.holds(.settle)
            node.store.thaw()
            await node.store.called(.report, times: 1)
            await node.time.timersPending(TestNode.idleTimers + 1)
            node.store.release(.settle)
            await node.settled(id)
            #expect(!node.events.events.contains(.job(.staleWrite(id: id))))
        }
    }
}
