import MainspringCore
import MainspringJobs
import MainspringStore
import MainspringTesting
import Testing

@Suite("Wounds: a job that hangs", .timeLimit(.minutes(1)))
struct HungJobTests {
    /// Hangs when it gives no sign for 20 s; five seconds after its stop it is given up.
    private static func watched(_ executor: ScriptedExecutor) -> JobKind {
        JobKind(
            name: "watched", timeout: .seconds(600), retry: RetryPolicy(base: .seconds(10)), silence: .seconds(20),
            patience: .seconds(5), executor: executor)
    }

    @Test("a hung job does not keep its lease: it is settled without its attempt, and runs elsewhere")
    func hung() async throws {
        try await Cluster.run { cluster in
            let hanging = ScriptedExecutor.holding(ignoresStop: true)
            let a = try await cluster.start("a", hanging) { $0.kinds = [Self.watched(hanging)] }
            let id = try await a.add("watched")
            await hanging.started(1)
            let healthy = ScriptedExecutor.holding()
            let b = try await cluster.start("b", healthy) { $0.kinds = [Self.watched(healthy)] }
            a.system.drain(true)
            try await cluster.wait(id, atMost: .seconds(26)) { $0.state == .retryable }
            let token = try #require(hanging.started.first?.lease.token)
            let renewals = a.store.renewals(of: token)
            #expect((2...4).contains(renewals), "while it might have lived")
            #expect(a.events.events.contains(.job(.abandoned(id: id, kind: "watched", queue: "default"))))
            try await cluster.wait(id) { $0.node == "b" }
            await healthy.holds(id)
            healthy.end(id)
            await b.settled(id, attempt: 2)
            try await cluster.pass(.seconds(60))
            #expect(a.store.renewals(of: token) == renewals)
            #expect(try await cluster.outcomes(id) == [.timeout, .success])
            #expect(try await cluster.store.attempts(of: id)?.first?.error?.code == "silent")
            #expect(try await cluster.job(id).rescues == 0)
        }
    }

    @Test("a job without a declared silence that says nothing for long keeps its lease")
    func quiet() async throws {
        try await Cluster.run { cluster in
            let a = try await cluster.start("a")
            let id = try await a.add("other")
            await a.executor.started(1)
            let b = try await cluster.start("b")
            try await cluster.pass(.seconds(280))
            #expect(try await cluster.job(id).rescues == 0)
            #expect(try await cluster.job(id).node == "a")
            #expect(b.executor.started.isEmpty)
            let token = try #require(a.executor.started.first?.lease.token)
            #expect(a.store.renewals(of: token) >= 20)
            a.executor.end(id)
            await a.settled(id)
        }
    }
}
