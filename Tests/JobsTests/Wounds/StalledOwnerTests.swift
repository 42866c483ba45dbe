import MainspringCore
import MainspringJobs
import MainspringStore
import MainspringTesting
import Testing

@Suite("Wounds: an owner that stands still and comes back", .timeLimit(.minutes(1)))
struct StalledOwnerTests {
    /// A job that runs on the first node, which then stood still until the second had it; both still run it.
    private func stall(
        _ cluster: Cluster, _ body: (_ old: TestNode, _ new: TestNode, _ id: JobID) async throws -> Void
    ) async throws {
        let old = try await cluster.start("old", .holding(ignoresStop: true))
        let id = try await old.add("other")
        await old.executor.started(1)
        let new = try await cluster.start("new", .holding(ignoresStop: true))
        old.freeze()
        try await cluster.wait(id) { $0.node == "new" }
        try await body(old, new, id)
    }

    @Test("a zombie's progress, child and end are refused; the new attempt's stand")
    func lateWrites() async throws {
        try await Cluster.run { cluster in
            try await stall(cluster) { old, new, id in
                let zombie = try #require(old.executor.started.first)
                let owner = try #require(new.executor.started.first)
                owner.report(JobProgress(fraction: 0.7))
                try await cluster.wait(id) { $0.progress?.fraction == 0.7 }
                old.store.thaw()

                let report = AttemptReport(id: id, token: zombie.lease.token, progress: JobProgress(fraction: 0.1))
                let refusal = await #expect(throws: MainspringError.self) { try await old.client.report(report) }
                #expect(refusal?.code == .staleAttempt)
                let orphan = JobRequest(kind: "work", parent: ParentAttempt(id: id, token: zombie.lease.token))
                #expect(try await old.client.enqueue([orphan]) == [.staleParent])
                zombie.report(JobProgress(fraction: 0.2))
                old.executor.end(id, .success(result: "\"late\""))
                await old.events.first { $0 == .job(.staleWrite(id: id)) }

                let child = JobRequest(kind: "work", parent: ParentAttempt(id: id, token: owner.lease.token))
                guard case .inserted? = try await new.client.enqueue([child]).first else {
                    Issue.record("the owner's child was refused")
                    return
                }
                new.executor.end(id, .success(result: "\"new\""))
                await new.settled(id)
                let job = try await cluster.job(id)
                #expect(job.state == .completed)
                #expect(job.result == "\"new\"")
                #expect(job.progress?.fraction == 0.7)
                #expect(old.settledCount == 0)
                #expect(try await cluster.outcomes(id) == [.interrupted, .success])
                #expect(try await cluster.store.jobs(matching: JobQuery(kinds: ["work"])).jobs.count == 1)
            }
        }
    }

    @Test("an owner that stalled for longer than its lease is rescued once; its late end is refused, and it goes on")
    func stalled() async throws {
        try await Cluster.run { cluster in
            try await stall(cluster) { old, new, id in
                #expect(try await cluster.job(id).rescues == 1)
                old.thaw()
                try await cluster.pass(.seconds(60))
                #expect(try await cluster.job(id).rescues == 1)
                #expect(old.executor.urgencies.contains(.stop), "it heard that its lease is lost")
                old.executor.end(id)
                await old.events.first { $0 == .job(.staleWrite(id: id)) }
                await new.executor.holds(id)
                new.executor.end(id)
                await new.settled(id)
                #expect(try await cluster.outcomes(id) == [.interrupted, .success])

                new.system.drain(true)
                let next = try await old.add("other")
                try await cluster.wait(next) { $0.node == "old" }
                await old.executor.holds(next)
                old.executor.end(next)
                await old.settled(next)
                #expect(try await cluster.job(next).rescues == 0)
            }
        }
    }

    @Test("what an owner that stood still asks for at first is nothing: it claims once it is known again")
    func claimsLater() async throws {
        try await Cluster.run { cluster in
            let old = try await cluster.start("old")
            let other = try await cluster.start("other") { $0.workingOn = ["other"] }
            old.store.freeze([.beat])
            try await cluster.pass(.seconds(40))
            #expect(other.events.events.contains(.job(.nodeLeft("old", died: true))))
            let id = try await other.add()
            try await cluster.pass(.seconds(60))
            #expect(try await cluster.job(id).rescues == 0, "or it would be taken back again and again")
            #expect(old.executor.started.isEmpty)
            old.thaw()
            try await cluster.wait(id) { $0.node == "old" }
            #expect(try await cluster.job(id).rescues == 0)
        }
    }

    @Test(
        "a node that stood still alone, or a part of it, has its jobs still",
        arguments: [Set(FaultyStore.Verb.allCases), [.beat, .renew], [.beat], [.renew]])
    func alone(verbs: Set<FaultyStore.Verb>) async throws {
        try await Cluster.run { cluster in
            let node = try await cluster.start("alone")
            let id = try await node.add(JobRequest(kind: "other"))
            await node.executor.started(1)
            await cluster.rest()
            if verbs.count > 2 { node.freeze() } else { node.store.freeze(verbs) }
            try await cluster.pass(.seconds(100), step: .seconds(10))
            node.thaw()
            try await cluster.pass(.seconds(40))
            #expect(try await cluster.job(id).rescues == 0)
            node.executor.end(id)
            await node.settled(id)
            #expect(try await cluster.outcomes(id) == [.success])
        }
    }
}
