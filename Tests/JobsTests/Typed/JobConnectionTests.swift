import MainspringCore
import MainspringJobs
import MainspringStore
import MainspringTesting
import Testing

@Suite("A program that only enqueues", .timeLimit(.minutes(1)))
struct JobConnectionTests {
    private func connect(to jobs: TestJobs, _ time: ManualTime) -> JobConnection {
        JobConnection(
            registry: JobRegistry(kinds: [], queues: [:]), store: jobs.store.peer(), time: time, ids: RandomIDSource(),
            sink: EventRecorder())
    }

    @Test("has its jobs run by a node, hears of their end, and reads their results")
    func result() async throws {
        try await withActs { jobs, time in
            let connection = connect(to: jobs, time)
            let handle = try await connection.jobs.enqueue(Act(name: "far"))
            #expect(try await handle.result(within: .seconds(5)) == "far")
            #expect(try await handle.status().tags == ["typed"])
            let same = connection.jobs.handle(of: Act.self, id: handle.id)
            #expect(try await same.result(within: .zero) == "far")
            let other = connection.jobs.handle(of: Number.self, id: handle.id)
            let error = await #expect(throws: MainspringError.self) { try await other.result(within: .zero) }
            #expect(error?.code == .badResult)
        }
    }

    @Test("cancels what runs elsewhere, and stops waiting at its time")
    func cancel() async throws {
        let running = Signal()
        try await withActs { _, _ in
            running.notify()
            try await ManualTime().sleep(for: .seconds(1))
            return ""
        } _: { jobs, time in
            let connection = connect(to: jobs, time)
            let handle = try await connection.jobs.enqueue(Act())
            await running.wait()
            let early = await #expect(throws: MainspringError.self) { try await handle.result(within: .zero) }
            #expect(early?.code == .timedOut)
            try await handle.cancel()
            let error = await #expect(throws: MainspringError.self) { try await handle.result(within: .seconds(5)) }
            #expect(error?.code == .jobCancelled)
        }
    }

    @Test("knows no kinds but those in Swift, and takes nothing once it is closed")
    func closed() async throws {
        try await withActs { jobs, time in
            let connection = connect(to: jobs, time)
            let unknown = await #expect(throws: MainspringError.self) {
                try await connection.jobs.enqueue(JobRequest(kind: "act"))
            }
            #expect(unknown?.code == .unknownKind)
            let absent = connection.jobs.handle(of: Act.self, id: try #require(JobID(rawValue: "none")))
            let missing = await #expect(throws: MainspringError.self) { try await absent.status() }
            #expect(missing?.code == .notFound)
        }
        let store = MemoryJobStore(time: ManualTime())
        let connection = JobConnection(
            registry: JobRegistry(kinds: [], queues: [:]), store: store, time: ManualTime(), ids: RandomIDSource(),
            sink: EventRecorder())
        try await connection.close()
        let late = await #expect(throws: MainspringError.self) { try await connection.jobs.enqueue(Act()) }
        #expect(late?.code == .draining)
    }

    @Test("is told at once that the store is away; a wait outlasts an absence, but not its own time")
    func away() async throws {
        let time = ManualTime()
        let store = FaultyStore(time: time)
        let connection = JobConnection(
            registry: JobRegistry(kinds: [], queues: [:]), store: store, time: time, ids: RandomIDSource(),
            sink: EventRecorder())
        let (first, second) = (try await connection.jobs.enqueue(Act()), try await connection.jobs.enqueue(Act()))
        store.fail(.insert, times: 1, as: .storeUnreachable)
        let refused = await #expect(throws: MainspringError.self) { try await connection.jobs.enqueue(Act()) }
        #expect(refused?.code == .storeUnreachable)
        store.fail(.read, times: 1, as: .storeUnreachable)
        let atOnce = await #expect(throws: MainspringError.self) { try await first.result(within: .seconds(5)) }
        #expect(atOnce?.code == .storeUnreachable)

        async let outlasting = #expect(throws: MainspringError.self) { try await first.result(within: .seconds(5)) }
        await store.called(.read, times: 2)
        store.fail(.read, times: 2, as: .storeUnreachable)
        // Its news come before reads are possible again.
        _ = try await store.inner.peer().cancel([first.id], now: time.now())
        for reads in 3...4 {
            await store.called(.read, times: reads)
            await time.timersPending(2)
            time.advance(by: .milliseconds(250))
        }
        #expect(await outlasting?.code == .jobCancelled)

        async let over = #expect(throws: MainspringError.self) { try await second.result(within: .seconds(1)) }
        await store.called(.read, times: 6)
        store.fail(.read, times: 99, as: .storeUnreachable)
        time.advance(by: .seconds(1))
        #expect(await over?.code == .storeUnreachable)
        try await connection.close()
    }

    struct Number: Job {
        static let kind = "number"
        func run(_ context: JobContext) async throws -> Int { 1 }
    }
}
