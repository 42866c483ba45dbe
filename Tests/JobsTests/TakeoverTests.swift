import MainspringCore
import MainspringJobs
import MainspringStore
import MainspringTesting
import Testing

@Suite("Schedules when the leader changes", .timeLimit(.minutes(1)))
struct TakeoverTests {
    private static func tick(every interval: Duration) -> JobSchedule {
        JobSchedule(name: "tick", every: interval, kind: "work", skipsOverlap: false)
    }

    private func start(_ name: String, _ cluster: Cluster, every interval: Duration) async throws -> TestNode {
        try await cluster.start(name, ScriptedExecutor()) { $0.schedules = [Self.tick(every: interval)] }
    }

    private func lateness(_ node: TestNode) -> [Duration] {
        node.events.events.compactMap {
            if case .job(.scheduleFired(_, let lateness, skipped: false)) = $0 { lateness } else { nil }
        }
    }

    private func made(_ cluster: Cluster) async throws -> Int {
        try await cluster.store.jobs(matching: JobQuery(limit: 1_000)).jobs.count
    }

    @Test("only the leader fires")
    func onlyLeader() async throws {
        try await Cluster.run { cluster in
            let a = try await start("a", cluster, every: .seconds(30))
            let b = try await start("b", cluster, every: .seconds(30))
            try await cluster.pass(.seconds(95))
            #expect(lateness(a).count == 3)
            #expect(lateness(b).isEmpty)
            #expect(b.store.calls(.insert) == 0)
            #expect(try await made(cluster) == 3)
        }
    }

    @Test(
        "the instant that a dead leader missed is fired late by the next, once; the ones before it are not fired again")
    func missed() async throws {
        try await Cluster.run { cluster in
            let a = try await start("a", cluster, every: .seconds(30))
            let b = try await start("b", cluster, every: .seconds(30))
            try await cluster.pass(.milliseconds(59_900))
            #expect(try await made(cluster) == 1)
            cluster.kill(a)
            try await cluster.pass(.seconds(5))
            #expect(try await made(cluster) == 2)
            let late = try #require(lateness(b).first)
            #expect(.zero < late && late <= .milliseconds(2_700))
            try await cluster.pass(.seconds(60))
            #expect(try await made(cluster) == 4)
            #expect(lateness(b).count == 3)
        }
    }

    @Test("of what fell due while nobody led for long, only the last minute is made up for")
    func longGap() async throws {
        try await Cluster.run { cluster in
            let a = try await start("a", cluster, every: .seconds(50))
            let b = try await start("b", cluster, every: .seconds(50))
            try await cluster.pass(.seconds(3))
            cluster.kill(a)
            b.freeze()
            try await cluster.pass(.seconds(400), step: .seconds(1))
            b.thaw()
            try await cluster.pass(.seconds(20))
            // 350 and 400 lie in the last minute before 403.
            #expect(try await made(cluster) <= 2)
            #expect(lateness(b).allSatisfy { $0 <= .seconds(65) })
            #expect(!lateness(b).isEmpty)
        }
    }

    @Test("a leader that drains hands the schedules over without a gap or a double")
    func drains() async throws {
        try await Cluster.run { cluster in
            let a = try await start("a", cluster, every: .seconds(10))
            let b = try await start("b", cluster, every: .seconds(10))
            try await cluster.pass(.seconds(32))
            a.system.drain(true)
            try await cluster.pass(.seconds(30))
            a.system.drain(false)
            try await cluster.pass(.seconds(33))
            #expect(try await made(cluster) == 9)
            #expect(lateness(a).count == 3)
            #expect(lateness(b).count == 6)
        }
    }
}
