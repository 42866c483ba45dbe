import MainspringCore
import MainspringJobs
import MainspringStore
import MainspringTesting
import Testing

@Suite("Wounds: an owner that dies", .timeLimit(.minutes(1)))
struct DeadOwnerTests {
    @Test("the jobs of a dead owner are taken back at the next beat, whoever led", arguments: [true, false])
    func rescued(leaderDies: Bool) async throws {
        try await Cluster.run { cluster in
            let first = try await cluster.start("a")
            let second = try await cluster.start("b")
            let (dead, heir) = leaderDies ? (first, second) : (second, first)
            heir.system.drain(true)
            let ids = [try await dead.add(), try await dead.add("other"), try await dead.add()]
            await dead.executor.started(3)
            heir.system.drain(false)
            dead.system.drain(!leaderDies)
            try await cluster.pass(.seconds(30))
            #expect(try await cluster.job(ids[0]).rescues == 0)
            let leader = try await cluster.store.nodes().first { $0.isLeader }?.identity
            #expect(leader == (leaderDies ? dead : heir).identity)
            cluster.kill(dead)
            let death = cluster.time.monotonic()
            for id in ids { try await cluster.wait(id) { $0.rescues == 1 } }
            // Two seconds from beat to beat, the pause after one, and the test's own step.
            #expect(cluster.time.monotonic() - death <= .milliseconds(2_700))
            await heir.executor.started(3)
            for id in ids { heir.executor.end(id) }
            for id in ids {
                await heir.settled(id)
                #expect(try await cluster.outcomes(id) == [.interrupted, .success])
            }
            #expect(heir.events.events.contains(.job(.nodeLeft(dead.identity.name, died: true))))
        }
    }

    @Test("a draining node that is left alone leads at once, and takes the dead one's jobs back")
    func drainingHeir() async throws {
        try await Cluster.run { cluster in
            let dead = try await cluster.start("a")
            let heir = try await cluster.start("b")
            heir.system.drain(true)
            let id = try await dead.add()
            await dead.executor.started(1)
            try await cluster.pass(.seconds(3))
            cluster.kill(dead)
            try await cluster.wait(id, atMost: .milliseconds(2_700)) { $0.rescues == 1 }
            #expect(try await cluster.job(id).state == .available)
            #expect(heir.executor.started.isEmpty)
        }
    }

    @Test("a dead owner of which nobody can tell that it is dead is found out when its lease is over, and not before")
    func unknowable() async throws {
        try await Cluster.run { cluster in
            let heir = try await cluster.start("a") { $0.workingOn = ["other"] }
            let dead = try await cluster.start("b") { $0.process = nil }
            let id = try await dead.add()
            await dead.executor.started(1)
            try await cluster.pass(.seconds(5))
            cluster.kill(dead)
            // The claim's lease is 30 s old then, the last beat not quite.
            try await cluster.pass(.seconds(24))
            #expect(try await cluster.job(id).rescues == 0)
            try await cluster.wait(id, atMost: .seconds(6)) { $0.rescues == 1 }
            let left = MainspringEvent.job(.nodeLeft("b", died: true))
            await cluster.pass(.seconds(6)) { heir.events.events.contains(left) }
            #expect(heir.events.events.contains(left))
        }
    }

    @Test("killed between the claim and the run: the next life of the node takes the job back and runs it")
    func afterClaim() async throws {
        try await Cluster.run { cluster in
            let first = try await cluster.start("a")
            await cluster.rest()
            first.store.hold(.claim)
            let id = try await first.add()
            await first.store.holds(.claim)
            #expect(try await cluster.job(id).state == .running)
            cluster.kill(first)
            first.store.release(.claim)
            let second = try await cluster.start("a")
            await second.executor.started(1)
            second.executor.end(id)
            await second.settled(id)
            #expect(try await cluster.outcomes(id) == [.interrupted, .success])
            #expect(try await cluster.job(id).attempt == 1)
        }
    }

    @Test("killed between the run and the settlement: the job runs again, and is settled once")
    func beforeSettlement() async throws {
        try await Cluster.run { cluster in
            let first = try await cluster.start("a")
            let id = try await first.add()
            await first.executor.started(1)
            first.store.freeze([.settle])
            first.executor.end(id)
            await cluster.rest()
            #expect(try await cluster.job(id).state == .running)
            cluster.kill(first)
            let second = try await cluster.start("a")
            await second.executor.started(1)
            second.executor.end(id)
            await second.settled(id)
            #expect(try await cluster.outcomes(id) == [.interrupted, .success])
        }
    }

    @Test("killed between the settlement and the store's answer: the job has ended, and does not run again")
    func afterSettlement() async throws {
        try await Cluster.run { cluster in
            let first = try await cluster.start("a")
            let id = try await first.add()
            await first.executor.started(1)
            first.store.hold(.settle)
            first.executor.end(id)
            await first.store.holds(.settle)
            cluster.kill(first)
            first.store.release(.settle)
            let second = try await cluster.start("a")
            try await cluster.pass(.seconds(60))
            #expect(second.executor.started.isEmpty)
            #expect(try await cluster.outcomes(id) == [.success])
        }
    }

    @Test(
        "a hundred jobs on a node that is killed at any of its steps: none is lost, none is settled twice",
        arguments: 0..<40)
    func anyStep(step: Int) async throws {
        try await Cluster.run { cluster in
            let first = cluster.node("a", ScriptedExecutor()) { $0.workers = 7 }
            first.store.die(atStep: 3 + step)
            try await first.start()
            let requests = (0..<100).map { _ in JobRequest(kind: "work") }
            _ = try? await first.client.enqueue(requests)
            await cluster.rest()
            cluster.kill(first)
            let second = try await cluster.start("a", ScriptedExecutor())
            let jobs = try await cluster.store.jobs(matching: JobQuery(limit: 1_000)).jobs
            #expect(jobs.isEmpty || jobs.count == 100)
            for job in jobs {
                try await cluster.wait(job.id) { $0.state == .completed }
                let outcomes = try await cluster.outcomes(job.id)
                #expect(outcomes == [.success] || outcomes == [.interrupted, .success])
            }
            #expect(second.stopCount == 0)
        }
    }

    @Test("a job that kills its owner each time is discarded after its last rescue, with its history")
    func poison() async throws {
        try await Cluster.run { cluster in
            let survivor = try await cluster.start("a") { $0.workingOn = ["other"] }
            let id = try await survivor.add()
            for life in 1...4 {
                let victim = try await cluster.start("victim")
                await victim.executor.started(1)
                cluster.kill(victim)
                try await cluster.wait(id) { $0.rescues == life }
            }
            let job = try await cluster.job(id)
            #expect(job.state == .discarded)
            #expect(job.error?.code == "too_many_rescues")
            #expect(job.attempt == 0)
            #expect(try await cluster.outcomes(id) == Array(repeating: .interrupted, count: 4))
            #expect(try await cluster.store.attempts(of: id)?.last?.error?.code == "too_many_rescues")
            let next = try await cluster.start("victim")
            try await cluster.pass(.seconds(60))
            #expect(next.executor.started.isEmpty)
        }
    }
}
