import MainspringCore
import MainspringJobs
import MainspringStore
import MainspringTesting
import Testing

@Suite("Wounds: a deploy", .timeLimit(.minutes(1)))
struct DeployTests {
    @Test("a long job that a deploy cuts goes back at once without a used attempt, and runs on the other node")
    func cut() async throws {
        try await Cluster.run { cluster in
            let old = try await cluster.start("old")
            let id = try await old.add()
            await old.executor.started(1)
            let new = try await cluster.start("new")
            let before = cluster.time.monotonic()
            old.system.quiesce()
            old.system.engine.stopRunning()
            await new.executor.holds(id)
            #expect(cluster.time.monotonic() == before, "nothing had to be waited for")
            #expect(new.executor.started.first?.lease.attemptNumber == 1)
            new.executor.end(id)
            await new.settled(id)
            let job = try await cluster.job(id)
            #expect(job.attempt == 1)
            #expect(job.rescues == 0)
            let attempts = try #require(try await cluster.store.attempts(of: id))
            #expect(attempts.map(\.outcome) == [.interrupted, .success])
            #expect(attempts.map(\.node) == ["old", "new"])
            #expect(attempts.map(\.number) == [1, 1])
        }
    }

    @Test("a deploy that takes its time lets what runs finish, while the other node takes what is new")
    func drain() async throws {
        try await Cluster.run { cluster in
            let old = try await cluster.start("old")
            let first = try await old.add()
            await old.executor.started(1)
            let new = try await cluster.start("new")
            old.system.drain(true)
            let second = try await old.add()
            await new.executor.started(1)
            #expect(new.executor.startedIDs == [second])
            try await cluster.pass(.seconds(40))
            #expect(try await cluster.job(first).rescues == 0, "a draining node's leases hold")
            let isLeader = try await cluster.store.nodes().first { $0.isLeader }?.identity.name
            #expect(isLeader == "new", "a draining node leads no more")
            old.executor.end(first)
            await old.settled(first)
            #expect(try await cluster.outcomes(first) == [.success])
        }
    }

    private func version(_ number: Int) -> (inout TestNode.Settings) -> Void {
        { $0.kinds = [JobKind(name: "versioned", version: number, executor: ScriptedExecutor.holding())] }
    }

    @Test("a job of a newer version waits, parked, until a node that knows it joins; an old node never fails it")
    func newerVersion() async throws {
        try await Cluster.run { cluster in
            let old = try await cluster.start("old", .holding(), version(1))
            let new = try await cluster.start("new", .holding(), version(2))
            new.system.drain(true)
            let id = try await new.add("versioned")
            await new.stop()
            try await cluster.wait(id) { $0.parked != nil }
            try await cluster.pass(.seconds(60))
            let parked = try await cluster.job(id)
            #expect(parked.state == .available)
            #expect(parked.attempt == 0)
            #expect(try await cluster.outcomes(id) == [])
            #expect(old.events.events.contains(.job(.parked(count: 1))))
            #expect(try await cluster.store.queues().first { $0.name == "default" }?.parked == 1)

            let next = try await cluster.start("next", .holding(), version(2))
            try await cluster.wait(id, atMost: .seconds(3)) { $0.state == .running }
            #expect(try await cluster.job(id).node == "next")
            #expect(old.events.events.contains(.job(.released(count: 1))))
            #expect(next.events.events.contains { if case .job(.started(id, _, _, 1, _)) = $0 { true } else { false } })
        }
    }

    @Test("a new node runs what an old one wrote")
    func olderVersion() async throws {
        try await Cluster.run { cluster in
            let old = try await cluster.start("old", .holding(), version(1))
            old.system.drain(true)
            let id = try await old.add("versioned")
            _ = try await cluster.start("new", .holding(), version(2))
            try await cluster.wait(id, atMost: .seconds(3)) { $0.node == "new" }
            #expect(try await cluster.job(id).version == 1)
        }
    }
}
