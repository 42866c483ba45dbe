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

    struct Number: Job {
        static let kind = "number"
        func run(_ context: JobContext) async throws -> Int { 1 }
    }
}
