import MainspringCore
import MainspringJobs
import MainspringTesting
import Testing

@Suite("Jobs that make jobs", .timeLimit(.minutes(1)))
struct TypedChildTests {
    @Test("a child knows its parent, and is there once although each attempt makes it")
    func children() async throws {
        try await withActs { act, context in
            guard act.name == "parent" else { return act.name }
            let children = try await context.enqueue([Act(name: "a"), Act(name: "b")])
            for child in children { _ = try await child.result(within: .seconds(5)) }
            let named = try await context.enqueue(Act(name: "c"), id: context.childID("c"))
            if context.attempt == 1 { throw Fault.plain }
            return "\(named.id) \(named.isDuplicate)"
        } _: { jobs, time in
            let parent = try await jobs.client.enqueue(Act(name: "parent"), id: JobID(rawValue: "p"))
            await jobs.settled(parent.id)
            await time.timersPending(4)
            time.advance(by: .seconds(10))
            #expect(try await parent.result(within: .seconds(5)) == "p.c true")
            let child = try await jobs.client.job(try #require(JobID(rawValue: "p.c")))
            #expect(child?.parent == parent.id)
        }
    }

    @Test("the other way in makes nobody's child")
    func orphan() async throws {
        try await withActs { act, context in
            guard act.name == "parent" else { return act.name }
            return try await context.jobs.enqueue(Act(name: "free")).id.rawValue
        } _: { jobs, _ in
            let id = try await jobs.client.enqueue(Act(name: "parent")).result(within: .seconds(5))
            #expect(try await jobs.client.job(try #require(JobID(rawValue: id)))?.parent == nil)
        }
    }
}
