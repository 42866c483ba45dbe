import MainspringCore
import MainspringJobs
import MainspringStore
import MainspringTesting
import Testing

@Suite("Retention", .timeLimit(.minutes(1)))
struct UpkeepTests {
    @Test("ended jobs go when their state's time is over, and those of a state that is not named stay")
    func prune() async throws {
        let executor = ScriptedExecutor { attempt in
            attempt.lease.job.kind == "work"
                ? .success(result: nil) : .discarded(JobFailure(code: "exit_65", message: "bad"))
        }
        let retention = Retention(keep: [.completed: .seconds(45)])
        try await TestNode(executor, retention: retention).running { node in
            let completed = try await node.add()
            let discarded = try await node.add("other")
            let waiting = try await node.add(in: .seconds(10_000))
            await node.settled(completed)
            await node.settled(discarded)
            // The rounds at the start.
            await node.store.called(.prune, times: 2)
            for round in 1...2 {
                #expect(try await node.store.inner.job(completed) != nil)
                await node.pass(.seconds(30), timers: TestNode.idleTimers + 1)
                await node.store.called(.prune, times: 2 + round)
            }
            #expect(try await node.store.inner.job(completed) == nil)
            #expect(try await node.job(discarded).state == .discarded)
            #expect(try await node.job(waiting).state == .scheduled)
        }
    }
}
