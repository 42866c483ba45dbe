import MainspringCore
import MainspringJobs
import MainspringStore
import MainspringTesting
import Testing

@Suite("Enqueueing and waiting", .timeLimit(.minutes(1)))
struct EnqueueTests {
    private func problems(_ node: TestNode, _ requests: [JobRequest]) async -> [InvalidRequests.Problem] {
        let refusal = await #expect(throws: InvalidRequests.self) { try await node.client.enqueue(requests) }
        return refusal?.problems ?? []
    }

    @Test("an array with invalid items writes nothing and names every problem with its index")
    func invalid() async throws {
        try await TestNode().running { node in
            let found = await problems(
                node,
                [
                    JobRequest(kind: "work"), JobRequest(kind: "wrok"),
                    JobRequest(kind: "work", arguments: ["n": "x", "m": 1]),
                    JobRequest(kind: "work", queue: "othr"), JobRequest(kind: "zzzzzzz"),
                ])
            #expect(
                found.map { "\($0.index) \($0.code.rawValue): \($0.message)" } == [
                    "1 unknown_kind: no job kind of that name is declared; did you mean 'work'?",
                    "2 invalid_arguments: 'm' is not a declared argument",
                    "2 invalid_arguments: 'n' must be an integer",
                    "3 invalid_arguments: no queue of that name is declared; did you mean 'other'?",
                    "4 unknown_kind: no job kind of that name is declared",
                ])
            #expect(node.store.calls(.insert) == 0)
            let none = try await node.client.enqueue([])
            #expect(none.isEmpty)
        }
    }

    @Test("a request of more jobs than the limit is refused, and so are problems without end")
    func limits() async throws {
        try await TestNode(limit: 100_000).running { node in
            let many = Array(
                repeating: JobRequest(kind: "work", runAt: node.time.now() + .seconds(60)),
                count: Dispatcher.requestLimit)
            let results = try await node.client.enqueue(many)
            #expect(results.count == Dispatcher.requestLimit)
            let tooMany = many + [JobRequest(kind: "work")]
            let error = await #expect(throws: MainspringError.self) { try await node.client.enqueue(tooMany) }
            #expect(error?.code == .tooLarge)
            let found = await problems(node, Array(repeating: JobRequest(kind: "none"), count: 1_000))
            #expect(found.count == Dispatcher.problemLimit)
        }
    }

    @Test("a delayed job becomes available at its time, and an earlier one wakes the promoter sooner")
    func delayed() async throws {
        try await TestNode().running { node in
            let late = try await node.add(in: .seconds(3_000))
            await node.time.timersPending(TestNode.idleTimers + 1)
            let early = try await node.add(in: .seconds(10))
            #expect(try await node.job(early).state == .scheduled)
            node.time.advance(by: .seconds(10) - .microseconds(1))
            #expect(try await node.job(early).state == .scheduled)
            node.time.advance(by: .microseconds(1))
            await node.settled(early)
            #expect(try await node.job(late).state == .scheduled)
            let past = try await node.add(in: .seconds(-10))
            await node.settled(past)
            #expect(node.executor.startedIDs == [early, past])
        }
    }

    @Test("a unique job is a duplicate while another of its key is unfinished, and not afterwards")
    func unique() async throws {
        try await TestNode(.holding()).running { node in
            func request(_ n: Int64) -> JobRequest { JobRequest(kind: "once", arguments: ["n": .integer(n)]) }
            let first = try await node.add(request(1))
            guard case .duplicate(let job)? = try await node.client.enqueue([request(1)]).first else {
                Issue.record("no duplicate")
                return
            }
            #expect(job.id == first)
            try await node.add(request(2))
            await node.executor.started(2)
            node.executor.end(first)
            await node.settled(first)
            try await node.add(request(1))
            #expect(node.events.events.contains(.job(.duplicate(kind: "once"))))
        }
    }

    @Test("the same id with the same content is the same job; with other content it is a conflict")
    func sameID() async throws {
        try await TestNode(.holding()).running { node in
            let id = JobID(rawValue: "mine")
            let request = JobRequest(kind: "work", arguments: ["n": 1], id: id)
            let first = try await node.client.enqueue([request])
            guard case .inserted? = first.first else {
                Issue.record("not inserted")
                return
            }
            guard case .duplicate? = try await node.client.enqueue([request]).first else {
                Issue.record("no duplicate")
                return
            }
            let other = try await node.client.enqueue([JobRequest(kind: "work", arguments: ["n": 2], id: id)])
            #expect(other == [.idConflict])
        }
    }

    @Test("a full queue refuses, whole groups at a time, and takes jobs again when there is room")
    func full() async throws {
        try await TestNode(.holding(), workers: 1, limit: 2).running { node in
            let running = try await node.add()
            await node.executor.started(1)
            try await node.add()
            let both = try await node.client.enqueue([JobRequest(kind: "work"), JobRequest(kind: "work")])
            #expect(both == [.notWritten, .queueFull(limit: 2)])
            try await node.add()
            #expect(try await node.client.enqueue([JobRequest(kind: "work")]) == [.queueFull(limit: 2)])
            node.executor.end(running)
            await node.executor.started(2)
            try await node.add()
        }
    }

    @Test("an error of the store reaches the caller, and the next call is well")
    func storeError() async throws {
        try await TestNode().running { node in
            node.store.fail(.insert, times: 1)
            let error = await #expect(throws: MainspringError.self) { try await node.add() }
            #expect(error?.code == .storeFailed)
            await node.settled(try await node.add())
        }
    }

    @Test("a cancelled caller of enqueue still gets the answer")
    func cancelledEnqueue() async throws {
        try await TestNode().running { node in
            node.store.hold(.insert)
            let caller = node.spawn { try await node.add() }
            await node.store.holds(.insert)
            caller.cancel()
            node.store.release(.insert)
            await node.settled(try await caller.value)
        }
    }

    @Test("wait answers when the job ends")
    func waitEnds() async throws {
        try await TestNode(.holding()).running { node in
            let id = try await node.add()
            await node.executor.started(1)
            let waiter = node.spawn { try await node.client.wait(for: id, timeout: .seconds(30)) }
            await node.time.timersPending(TestNode.idleTimers + 2)
            node.executor.end(id)
            #expect(try await waiter.value?.state == .completed)
            await node.time.timersPending(TestNode.idleTimers)
        }
    }

    @Test("wait goes on through a retry, and answers at the last end")
    func waitRetry() async throws {
        let executor = ScriptedExecutor { $0.lease.attemptNumber == 1 ? RunningTests.failure : .success(result: nil) }
        try await TestNode(executor).running { node in
            let id = try await node.add(in: .seconds(1))
            let waiter = node.spawn { try await node.client.wait(for: id, timeout: .seconds(3_600)) }
            await node.time.timersPending(TestNode.idleTimers + 2)
            node.time.advance(by: .seconds(1))
            await node.settled(id)
            node.time.advance(by: .seconds(10))
            #expect(try await waiter.value?.state == .completed)
        }
    }

    @Test("wait answers at its timeout with the job as it is")
    func waitTimeout() async throws {
        try await TestNode(.holding()).running { node in
            let id = try await node.add()
            await node.executor.started(1)
            let waiter = node.spawn { try await node.client.wait(for: id, timeout: .seconds(30)) }
            await node.time.timersPending(TestNode.idleTimers + 2)
            node.time.advance(by: .seconds(30))
            #expect(try await waiter.value?.state == .running)
        }
    }

    @Test("wait answers at once for a job that has ended, for none, and without patience")
    func waitAtOnce() async throws {
        try await TestNode().running { node in
            let id = try await node.add()
            await node.settled(id)
            #expect(try await node.client.wait(for: id, timeout: .seconds(30))?.state == .completed)
            #expect(try await node.client.wait(for: JobID(rawValue: "none")!, timeout: .seconds(30)) == nil)
            let waiting = try await node.add(in: .seconds(60))
            #expect(try await node.client.wait(for: waiting, timeout: .zero)?.state == .scheduled)
        }
    }

    @Test("a cancelled caller of wait gets CancellationError at once and leaves no timer")
    func waitCancelled() async throws {
        try await TestNode(.holding()).running { node in
            let id = try await node.add()
            await node.executor.started(1)
            let waiter = node.spawn { try await node.client.wait(for: id, timeout: .seconds(30)) }
            await node.time.timersPending(TestNode.idleTimers + 2)
            let pending = node.time.pendingTimers
            waiter.cancel()
            await #expect(throws: CancellationError.self) { try await waiter.value }
            #expect(node.time.pendingTimers == pending - 1)
        }
    }

    @Test("logs show what finished attempts wrote, and nothing for a job that is not there")
    func logs() async throws {
        try await TestNode(.holding()).running { node in
            let id = try await node.add()
            await node.executor.started(1)
            #expect(try await node.client.logs(of: id) == [])
            node.executor.end(id)
            await node.settled(id)
            #expect(try await node.client.logs(of: id)?.map(\.output.standardOutput) == [Array("out".utf8)])
            #expect(try await node.client.logs(of: JobID(rawValue: "none")!) == nil)
        }
    }
}
