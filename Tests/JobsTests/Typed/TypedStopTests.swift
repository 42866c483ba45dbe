import MainspringCore
import MainspringJobs
import MainspringRuntime
import MainspringTesting
import Synchronization
import Testing

@Suite("The end of a job in Swift", .timeLimit(.minutes(1)))
struct TypedStopTests {
    @Test("a running job that is cancelled has its task cancelled, and ends as cancelled")
    func cancel() async throws {
        let running = Signal()
        try await withActs { _, context in
            running.notify()
            try await ManualTime().sleep(for: .seconds(1))
            return "never"
        } _: { jobs, _ in
            let handle = try await jobs.client.enqueue(Act())
            await running.wait()
            try await handle.cancel()
            let error = await #expect(throws: MainspringError.self) { try await handle.result(within: .seconds(5)) }
            #expect(error?.code == .jobCancelled)
        }
    }

    @Test("work that is done when the cancel comes is not thrown away")
    func doneAnyway() async throws {
        let running = Signal()
        try await withActs { _, _ in
            running.notify()
            _ = try? await ManualTime().sleep(for: .seconds(1))
            return "done"
        } _: { jobs, _ in
            let handle = try await jobs.client.enqueue(Act())
            await running.wait()
            try await handle.cancel()
            #expect(try await handle.result(within: .seconds(5)) == "done")
        }
    }

    @Test("a job over its timeout is cancelled and fails as timed out, whatever it throws then")
    func timeout() async throws {
        let running = Signal()
        try await withActs { _, _ in
            running.notify()
            do { try await ManualTime().sleep(for: .seconds(1)) } catch { throw Fault.hopeless }
            return ""
        } _: { jobs, time in
            let id = try await jobs.client.enqueue(Act()).id
            await running.wait()
            time.advance(by: .seconds(60))
            let end = await jobs.settled(id)
            #expect(end?.attempt.outcome == .timeout)
            #expect(end?.attempt.error?.code == "timeout")
            #expect(end?.nextState == .retryable)
        }
    }

    @Test("a job that the node's stop cuts goes back, and uses no attempt")
    func shutdown() async throws {
        let running = Signal()
        try await withActs { _, _ in
            running.notify()
            try await ManualTime().sleep(for: .seconds(1))
            return ""
        } _: { jobs, _ in
            let handle = try await jobs.client.enqueue(Act())
            await running.wait()
            jobs.system.quiesce()
            jobs.system.engine.stopRunning()
            let end = await jobs.settled(handle.id)
            #expect(end?.attempt.outcome == .interrupted)
            #expect(end?.nextState == .available)
            #expect(try await handle.status().attempt == 0)
        }
    }

    @Test("a job that gives no sign of life is cancelled; each heartbeat puts it off")
    func silence() async throws {
        let (running, beats) = (Signal(), AsyncStream.makeStream(of: Void.self))
        let beaten = Signal()
        let script = ProvidedResource(Act.Script.self) { _ in
            Act.Script { _, context in
                running.notify()
                for await _ in beats.stream.prefix(1) { context.heartbeat() }
                beaten.notify()
                try await ManualTime().sleep(for: .seconds(1))
                return ""
            }
        }
        let time = ManualTime()
        try await withTestJobs(Hushed.self, provided: [script], time: time) { jobs in
            let id = try await jobs.client.enqueue(Hushed()).id
            await running.wait()
            time.advance(by: .seconds(3))
            beats.continuation.yield()
            await beaten.wait()
            time.advance(by: .seconds(3))
            #expect(jobs.system.engine.runningAttempts().map(\.stopReason) == [nil])
            time.advance(by: .seconds(1))
            #expect(await jobs.settled(id)?.attempt.error?.code == "silent")
        }
    }

    struct Hushed: Job {
        static let kind = "hushed"
        static let options = JobOptions(silence: .seconds(4))
        func run(_ context: JobContext) async throws -> String {
            try await context[Act.Script.self].body(Act(), context)
        }
    }

    @Test("cancelling goes on although a job's cancellation handler blocks")
    func blockedHandler() async throws {
        let (running, ended) = (Signal(), Signal())
        let blocked = Atomic(true)
        defer {
            blocked.store(false, ordering: .releasing)
            ended.notify()
        }
        try await withActs { act, _ in
            await withTaskCancellationHandler {
                running.notify()
                // Deaf as well: a task that goes on while its handler runs blocks its thread of the pool, which other tests
                // need.
                await ended.wait()
            } onCancel: {
                // Not on a thread of the pool.
                while blocked.load(ordering: .acquiring) {}
            }
            return act.name
        } _: { jobs, time in
            let handle = try await jobs.client.enqueue(Act())
            await running.wait()
            try await handle.cancel()
            // It returned: the handler holds another thread, and the job is settled without it.
            time.advance(by: .seconds(1))
            #expect(await jobs.settled(handle.id)?.nextState == .cancelled)
            blocked.store(false, ordering: .releasing)
            ended.notify()
        }
    }

    @Test("a job that ignores cancellation is a zombie: its worker stays taken, and it can write nothing more")
    func zombie() async throws {
        let (running, goesOn) = (Signal(), Signal())
        let codes = Mutex<[String]>([])
        try await withActs(workers: 1) { act, context in
            guard act.name == "stubborn" else { return act.name }
            running.notify()
            await goesOn.wait()
            context.progress(1, "too late")
            do {
                try await context.enqueue(Act(name: "child"))
            } catch let error as MainspringError {
                codes.withLock { $0.append(error.code.rawValue) }
            }
            return "too late"
        } _: { jobs, time in
            let stubborn = try await jobs.client.enqueue(Act(name: "stubborn"))
            await running.wait()
            let next = try await jobs.client.enqueue(Act(name: "next"))
            try await stubborn.cancel()
            time.advance(by: .seconds(1))
            #expect(await jobs.settled(stubborn.id)?.nextState == .cancelled)
            #expect(try await next.status().state == .available)
            #expect(jobs.system.engine.runningAttempts().map(\.isZombie) == [true])
            goesOn.notify()
            #expect(try await next.result(within: .seconds(5)) == "next")
            #expect(codes.withLock { $0 } == ["stale_attempt"])
            let job = try await stubborn.status()
            #expect(job.state == .cancelled)
            #expect(job.progress == nil)
            #expect(job.result == nil)
            #expect(jobs.events.events.contains(.job(.zombieEnded(id: stubborn.id, kind: "act", queue: "default"))))
        }
    }
}
