import MainspringCore
import MainspringJobs
import MainspringStore
import MainspringTesting
import Testing

@Suite("Wounds: a wall clock that jumps", .timeLimit(.minutes(1)))
struct ClockJumpTests {
    private static let hour: Int64 = 3_600
    private static let schedule = JobSchedule(name: "tick", every: .seconds(60), kind: "once", skipsOverlap: false)

    @Test("no running job is taken back and none runs twice, an hour forward or back", arguments: [hour, -hour])
    func running(jump: Int64) async throws {
        try await Cluster.run { cluster in
            let (a, b) = (try await cluster.start("a"), try await cluster.start("b"))
            let ids = [try await a.add("other"), try await b.add("other")]
            for id in ids { try await cluster.wait(id) { $0.state == .running } }
            cluster.time.jumpWall(by: .seconds(jump))
            try await cluster.pass(.seconds(120))
            #expect(a.executor.started.count + b.executor.started.count == 2)
            for id in ids {
                #expect(try await cluster.job(id).rescues == 0)
                for node in [a, b] { node.executor.end(id) }
                try await cluster.wait(id) { $0.state == .completed }
                #expect(try await cluster.outcomes(id) == [.success])
            }
            for node in [a, b] {
                #expect(!node.events.events.contains(.job(.leadsNoMore)))
                #expect(!node.events.events.contains { if case .job(.nodeLeft) = $0 { true } else { false } })
            }
        }
    }

    @Test("schedules go on and fire no instant twice, an hour forward or back", arguments: [hour, -hour])
    func schedules(jump: Int64) async throws {
        try await Cluster.run { cluster in
            let settings: (inout TestNode.Settings) -> Void = { $0.schedules = [Self.schedule] }
            let a = try await cluster.start("a", ScriptedExecutor(), settings)
            let b = try await cluster.start("b", ScriptedExecutor(), settings)
            try await cluster.pass(.seconds(150), step: .seconds(1))
            cluster.time.jumpWall(by: .seconds(jump))
            // After a jump back the same instants come again, and a newer one only an hour later.
            let wait: Int64 = jump < 0 ? Self.hour + 90 : 150
            try await cluster.pass(.seconds(wait), step: .seconds(2))
            let fired = [a, b].flatMap(\.events.events).count { event in
                if case .job(.scheduleFired(_, _, skipped: false)) = event { true } else { false }
            }
            let jobs = try await cluster.store.jobs(matching: JobQuery(limit: 1_000)).jobs
            #expect(fired == jobs.count, "each that made a job was told of, by one node")
            // Two before the jump; after it the one that was waited for, and those whose time came.
            #expect((4...6).contains(jobs.count))
            #expect(jobs.allSatisfy { $0.state == .completed && $0.attempt == 1 })
        }
    }

    @Test(
        "what waits for its time is promoted after a jump, at the latest when the clock says so",
        arguments: [hour, -hour])
    func promotions(jump: Int64) async throws {
        try await Cluster.run { cluster in
            let a = try await cluster.start("a", ScriptedExecutor())
            _ = try await cluster.start("b", ScriptedExecutor())
            let later = try await a.add(in: .seconds(600))
            cluster.time.jumpWall(by: .seconds(jump))
            let soon = try await a.add(in: .seconds(30))
            try await cluster.pass(.seconds(32))
            #expect(try await cluster.job(soon).state == .completed)
            try await cluster.pass(.seconds(60))
            #expect(try await cluster.job(later).state == (jump > 0 ? .completed : .scheduled))
            guard jump < 0 else { return }
            cluster.time.jumpWall(by: .seconds(-jump))
            try await cluster.pass(.seconds(600), step: .seconds(2))
            #expect(try await cluster.job(later).state == .completed)
        }
    }
}
