import MainspringCore
import MainspringTesting
import Testing

@testable import MainspringStore

@Suite("With while_away: run")
struct RunAwayTests {
    private static func id(_ text: String) -> JobID { JobID(rawValue: text)! }

    /// With the server away.
    private func away(_ body: (FailoverKit) async throws -> Void) async throws {
        try await FailoverKit.run(whileAway: .run) { kit in
            kit.server.set(.unreachable)
            // What had no answer may be on the server.
            try await kit.add(kit.new("asked"))
            try await body(kit)
        }
    }

    private func back(_ kit: FailoverKit) async throws {
        kit.server.set(nil)
        try await kit.running { await kit.back() }
    }

    @Test("spooled jobs run here, and reach the server with their history")
    func history() async throws {
        try await away { kit in
            try await kit.add(kit.new("ok"), kit.new("bad"), kit.new("waits"))
            let leases = try await kit.claim(2)
            #expect(leases.map(\.job.id.rawValue) == ["ok", "bad"])
            #expect(try await kit.store.job(Self.id("ok"))?.state == .running)
            #expect(try await kit.store.renew(leases.map(\.token), lease: .seconds(30)) == Renewal())
            let failure = JobOutcome.failure(JobFailure(code: "exit_1", message: "no"))
            #expect(
                try await kit.store.settle([kit.end(leases[0]), kit.end(leases[1], failure)])
                    == [.settled(.completed), .settled(.retryable)])
            #expect(try await kit.store.settle([kit.end(leases[0])]) == [.stale])
            #expect(try await kit.store.job(Self.id("ok"))?.result == "1")
            #expect(try await kit.store.attempts(of: Self.id("bad"))?.count == 1)
            try await back(kit)
            #expect(
                try await kit.states() == [
                    "asked": .available, "ok": .completed, "bad": .retryable, "waits": .available,
                ])
            #expect(try await kit.server.current.attempts(of: Self.id("ok"))?.map(\.outcome) == [.success])
            #expect(try await kit.onServer(Self.id("bad"))?.attempt == 1)
            #expect(kit.store.status.spool == SpoolTally())
            #expect(kit.store.status.conflicts == 0)
        }
    }

    @Test("a failed job is tried again here when it is due")
    func retries() async throws {
        try await away { kit in
            try await kit.add(kit.new("a"))
            let lease = try #require(try await kit.claim().first)
            _ = try await kit.store.settle([kit.end(lease, .failure(JobFailure(code: "c", message: "m")))])
            #expect(try await kit.claim(nonce: "soon") == [])
            let news = EventCount()
            kit.store.onNews { if $0 == .work { news.add() } }
            try await kit.running {
                for _ in 0..<200 {
                    kit.time.advance(by: .milliseconds(100))
                    await kit.rest()
                }
            }
            #expect(news.value > 0, "workers are told that it is due")
            let again = try #require(try await kit.claim(nonce: "later").first)
            #expect(again.attemptNumber == 2)
            _ = try await kit.store.settle([kit.end(again)])
            try await back(kit)
            #expect(try await kit.server.current.attempts(of: Self.id("a"))?.map(\.outcome) == [.failure, .success])
        }
    }

    @Test("a unique key holds among the spooled jobs")
    func unique() async throws {
        try await away { kit in
            let one = kit.new("one", key: "k")
            try await kit.add(one)
            #expect(try await kit.add(kit.new("two", key: "k")) == [.duplicate(one.record)])
            #expect(kit.store.status.spool.jobs == 2)
            try await back(kit)
            #expect(try await kit.states() == ["asked": .available, "one": .available])
        }
    }

    @Test("what still runs here when the server is back, reaches it at its end, and holds up nothing")
    func overlap() async throws {
        try await away { kit in
            try await kit.add(kit.new("long"), kit.new("waits"))
            let lease = try #require(try await kit.claim(1).first)
            kit.server.set(nil)
            try await kit.running {
                await kit.back()
                var states = try await kit.states()
                #expect(states == ["asked": .available, "waits": .available])
                try await kit.add(kit.new("new"))
                states = try await kit.states()
                #expect(states["new"] == .available, "it goes to the server at once")
                let settled = try await kit.store.settle([kit.end(lease)])
                #expect(settled == [.settled(.completed)])
                await kit.until("the job has moved") { $0.spool.jobs == 0 && $0.state == .primary }
                states = try await kit.states()
                #expect(states["long"] == .completed)
            }
            #expect(kit.store.status.spool == SpoolTally())
        }
    }

    @Test("a job that ran when the node died is rescued, and runs on the server's nodes")
    func death() async throws {
        try await away { kit in
            try await kit.add(kit.new("cut"), kit.new("done"))
            let leases = try await kit.claim()
            #expect(leases.count == 2)
            let done = try #require(leases.first { $0.job.id.rawValue == "done" })
            _ = try await kit.store.settle([kit.end(done)])
            let next = try await kit.reborn(whileAway: .run)
            #expect(try await next.claim(nonce: "next") == [], "jobs of an earlier life wait")
            try await back(next)
            #expect(try await kit.states() == ["asked": .available, "cut": .available, "done": .completed])
            #expect(try await kit.onServer(Self.id("cut"))?.rescues == 1)
            #expect(try await kit.server.current.attempts(of: Self.id("cut"))?.map(\.outcome) == [.interrupted])
            #expect(next.store.status.spool == SpoolTally())
        }
    }

    @Test("a running one is asked to stop by a cancel")
    func cancel() async throws {
        try await away { kit in
            try await kit.add(kit.new("a"), kit.new("b"))
            let lease = try #require(try await kit.claim(1).first)
            guard case .requested? = try await kit.store.cancel([lease.job.id], now: kit.time.now()).first else {
                Issue.record("not requested")
                return
            }
            #expect(try await kit.store.renew([lease.token], lease: .seconds(30)).cancelRequested == [lease.token])
            guard case .cancelled? = try await kit.store.cancel([Self.id("b")], now: kit.time.now()).first else {
                Issue.record("not cancelled")
                return
            }
            _ = try await kit.store.settle([kit.end(lease, .cancelled)])
            try await back(kit)
            #expect(try await kit.states() == ["asked": .available, "a": .cancelled, "b": .cancelled])
        }
    }
}
