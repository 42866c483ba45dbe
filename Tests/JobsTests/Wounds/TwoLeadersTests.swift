import MainspringCore
import MainspringJobs
import MainspringStore
import MainspringTesting
import Testing

@Suite("Wounds: two that think they lead", .timeLimit(.minutes(1)))
struct TwoLeadersTests {
    private static let schedule = JobSchedule(name: "scan", every: .seconds(3_600), kind: "work", skipsOverlap: false)

    /// The first node leads, and begins a step of a leader that stands still until the second leads; then it goes on.
    private func takeOver(
        _ cluster: Cluster, stalling verb: FaultyStore.Verb, schedules: [JobSchedule] = [],
        meanwhile body: (_ new: TestNode) async throws -> Void
    ) async throws -> (old: TestNode, new: TestNode) {
        let old = try await cluster.start("old") {
            $0.workingOn = []
            $0.schedules = schedules
        }
        let new = try await cluster.start("new") {
            $0.workingOn = []
            $0.schedules = schedules
        }
        try await cluster.pass(.seconds(3))
        old.store.freeze([verb, .beat])
        try await body(new)
        let calls = old.store.calls(verb)
        try await cluster.pass(.seconds(45))
        #expect(terms(new) == [Term(number: 2)], "the second leads by now")
        #expect(old.store.calls(verb) == calls, "the first has not ended its step")
        old.thaw()
        try await cluster.pass(.seconds(60))
        #expect(terms(old) == [Term(number: 1)])
        #expect(old.events.events.contains(.job(.leadsNoMore)))
        return (old, new)
    }

    @Test("of two that reclaim at once the older term is refused, and each job comes back once")
    func reclaim() async throws {
        try await Cluster.run { cluster in
            var ids: [JobID] = []
            let (old, new) = try await takeOver(cluster, stalling: .reclaim) { _ in
                let victim = try await cluster.start("victim")
                ids = [try await victim.add(), try await victim.add()]
                await victim.executor.started(2)
                cluster.kill(victim)
            }
            for id in ids { #expect(try await cluster.job(id).rescues == 1) }
            #expect(count(old) { if case .rescued = $0 { true } else { false } } == 0)
            #expect(count(new) { if case .rescued = $0 { true } else { false } } == 2)
        }
    }

    @Test("of two that promote at once the older term is refused, and the newer one promotes")
    func promote() async throws {
        try await Cluster.run { cluster in
            var id: JobID?
            _ = try await takeOver(cluster, stalling: .promote) { new in
                id = try await new.add(in: .seconds(10))
            }
            #expect(try await cluster.job(try #require(id)).state == .available)
        }
    }

    @Test("of two that fire one instant one makes its job, and only one tells of it")
    func fire() async throws {
        try await Cluster.run { cluster in
            cluster.time.advance(by: .seconds(3_570))
            let (old, new) = try await takeOver(cluster, stalling: .insert, schedules: [Self.schedule]) { _ in }
            #expect(try await cluster.store.jobs(matching: JobQuery()).jobs.count == 1)
            let fired = [old, new].map { count($0) { if case .scheduleFired = $0 { true } else { false } } }
            #expect(fired == [0, 1])
        }
    }

    private func terms(_ node: TestNode) -> [Term] {
        node.events.events.compactMap { if case .job(.leads(let term)) = $0 { term } else { nil } }
    }

    private func count(_ node: TestNode, _ matches: (JobEvent) -> Bool) -> Int {
        node.events.events.count { if case .job(let event) = $0 { matches(event) } else { false } }
    }
}
