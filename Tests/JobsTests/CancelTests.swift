import MainspringCore
import MainspringJobs
import MainspringStore
import MainspringTesting
import Testing

@Suite("Cancelling jobs", .timeLimit(.minutes(1)))
struct CancelTests {
    @Test("a waiting job is cancelled at once and never runs")
    func waiting() async throws {
        try await TestNode().running { node in
            let id = try await node.add(in: .seconds(60))
            guard case .cancelled(let job) = try await node.client.cancel(id) else {
                Issue.record("not cancelled")
                return
            }
            #expect(job.state == .cancelled)
            await node.pass(.seconds(60))
            let later = try await node.add()
            await node.settled(later)
            #expect(node.executor.startedIDs == [later])
            #expect(node.events.events.contains(.job(.cancelled(id: id, kind: "work", queue: "default"))))
        }
    }

    @Test("a running job is asked to stop, and ends cancelled without a used attempt")
    func running() async throws {
        try await TestNode(.holding()).running { node in
            let id = try await node.add()
            await node.executor.started(1)
            guard case .requested = try await node.client.cancel(id) else {
                Issue.record("not requested")
                return
            }
            await node.settled(id)
            let job = try await node.job(id)
            #expect(job.state == .cancelled)
            #expect(job.attempt == 0)
            #expect(node.executor.urgencies == [.stop])
            #expect(try await node.client.attempts(of: id)?.map(\.outcome) == [.cancelled])
        }
    }

    @Test("a job that succeeds in spite of the request is completed")
    func success() async throws {
        try await TestNode(.holding(ignoresStop: true)).running { node in
            let id = try await node.add()
            await node.executor.started(1)
            _ = try await node.client.cancel(id)
            node.executor.end(id)
            await node.settled(id)
            #expect(try await node.job(id).state == .completed)
        }
    }

    @Test("a cancel that comes while the job is being claimed stops it before it runs")
    func duringClaim() async throws {
        try await TestNode().running { node in
            node.store.hold(.claim)
            let id = try await node.add()
            await node.store.holds(.claim)
            guard case .requested = try await node.client.cancel(id) else {
                Issue.record("not requested")
                return
            }
            node.store.release(.claim)
            await node.settled(id)
            #expect(try await node.job(id).state == .cancelled)
            #expect(node.executor.started.isEmpty)
        }
    }

    @Test("a cancel that comes while a retry is being written ends the job, and its waiters learn of it")
    func duringSettlement() async throws {
        try await TestNode(.holding()).running { node in
            let id = try await node.add()
            await node.executor.started(1)
            let waiter = node.spawn { try await node.client.wait(for: id, timeout: .seconds(3_600)) }
            await node.time.timersPending(TestNode.idleTimers + 2)
            node.store.fail(.settle, times: 1)
            node.executor.end(id, RunningTests.failure)
            await node.store.called(.settle, times: 1)
            guard case .requested = try await node.client.cancel(id) else {
                Issue.record("not requested")
                return
            }
            await node.time.timersPending(TestNode.idleTimers + 2)
            node.time.advance(by: .seconds(1))
            #expect(try await waiter.value?.state == .cancelled)
        }
    }

    @Test("what has ended, and what is not there, is not cancelled")
    func ended() async throws {
        try await TestNode().running { node in
            let id = try await node.add()
            await node.settled(id)
            guard case .alreadyFinal = try await node.client.cancel(id) else {
                Issue.record("not final")
                return
            }
            #expect(try await node.client.cancel(JobID(rawValue: "none")!) == .notFound)
        }
    }

    @Test("a cancelled job can be retried, and runs")
    func retry() async throws {
        try await TestNode().running { node in
            let id = try await node.add(in: .seconds(60))
            _ = try await node.client.cancel(id)
            guard case .retried = try await node.client.retry(id) else {
                Issue.record("not retried")
                return
            }
            await node.settled(id)
            #expect(try await node.job(id).state == .completed)
        }
    }
}
