import MainspringCore
import MainspringTesting
import Testing

@testable import MainspringRuntime

@Suite("The supervisor")
struct SupervisorTests {
    @Test("services start once what they depend on is ready, independent ones at once")
    func startOrder() throws {
        let rig = try SupervisorRig([
            service("bot", dependsOn: ["feed", "cache"]), service("feed", ready: tcp(1)),
            service("cache", ready: tcp(2)),
            service("web"),
        ])
        rig.supervisor.start()
        #expect(rig.spawner.started == ["feed", "cache", "web"])
        rig.answering.open(1)
        rig.time.advance(by: .seconds(1))
        #expect(rig.spawner.started == ["feed", "cache", "web"])
        #expect(rig.supervisor.readinessChecks().map(\.detail) == ["not ready yet, 1.0s of 10s", "waiting for cache"])
        rig.answering.open(2)
        rig.time.advance(by: .seconds(1))
        #expect(rig.spawner.started == ["feed", "cache", "web", "bot"])
        #expect(rig.states == ["feed running ready", "cache running ready", "bot running ready", "web running ready"])
        #expect(rig.supervisor.readinessChecks().isEmpty)
    }

    @Test("services stop in reverse order, independent ones together")
    func stopOrder() throws {
        let rig = try SupervisorRig([
            service("feed"), service("bot", dependsOn: ["feed"]), service("alerts", dependsOn: ["feed"]),
        ])
        rig.supervisor.start()
        let late = Box<[Laggard]>()
        rig.supervisor.stop(budget: .seconds(10)) { late.set($0) }
        #expect(rig.asked == ["feed": [], "bot": ["TERM 5s"], "alerts": ["TERM 5s"]])
        rig.spawner.last("bot")?.exit(.signal(15))
        #expect(rig.asked["feed"] == [])
        rig.spawner.last("alerts")?.exit(.code(0))
        #expect(rig.asked["feed"] == ["TERM 5s"])
        #expect(late.value == nil)
        rig.spawner.last("feed")?.exit(.code(0))
        #expect(late.value == [])
        #expect(rig.time.pendingTimers == 0)
    }

    @Test("a crash loop ends at the cap, not ready, and stays there")
    func crashLoop() throws {
        let rig = try SupervisorRig([service("feed")])
        rig.supervisor.start()
        var delays: [Duration] = []
        for round in 1...10 {
            #expect(rig.spawner.children.count == round)
            rig.spawner.last("feed")?.exit(.code(1))
            let status = try #require(rig.status("feed"))
            #expect(status.state == .backingOff && !status.isReady)
            let delay = try #require(status.restartsAt) - rig.time.now()
            delays.append(delay)
            rig.time.advance(by: delay - .milliseconds(1))
            #expect(rig.spawner.children.count == round, "restarted before its backoff")
            rig.time.advance(by: .milliseconds(1))
        }
        #expect(delays.suffix(4).allSatisfy { $0 == .seconds(30) })
        #expect(delays.prefix(3) == [.milliseconds(500), .seconds(1), .seconds(2)])
        rig.spawner.last("feed")?.exit(.code(1))
        #expect(
            rig.supervisor.readinessChecks() == [
                ReadinessReport.Check(
                    name: "service:feed", isOK: false, detail: "backing off for 30s after exit 1 (10 restarts)")
            ])
        #expect(rig.events.events.contains(.service(.restarting(service: "feed", reason: .crash))))
    }

    @Test("a minute of health resets the backoff, less does not")
    func healthResetsBackoff() throws {
        let rig = try SupervisorRig([service("feed")])
        rig.supervisor.start()
        func crash(after health: Duration) throws -> Duration {
            rig.time.advance(by: health)
            rig.spawner.last("feed")?.exit(.code(1))
            let delay = try #require(rig.status("feed")?.restartsAt) - rig.time.now()
            rig.time.advance(by: delay)
            return delay
        }
        #expect(try crash(after: .zero) == .milliseconds(500))
        #expect(try crash(after: .seconds(59)) == .seconds(1))
        #expect(try crash(after: .seconds(60)) == .milliseconds(500))
    }

    @Test("a service that is not ready in time is ended and restarted")
    func readinessTimeout() throws {
        let rig = try SupervisorRig([service("feed", ready: tcp(1, within: .seconds(10)))])
        rig.supervisor.start()
        rig.time.advance(by: .seconds(10))
        #expect(rig.asked["feed"] == ["TERM 5s"])
        #expect(rig.events.events.contains(.service(.notReady(service: "feed", reason: "not ready within 10s"))))
        let attempts = rig.answering.attempts
        rig.spawner.last("feed")?.exit(.signal(15))
        #expect(rig.status("feed")?.state == .backingOff)
        rig.time.advance(by: .milliseconds(500))
        #expect(rig.spawner.children.count == 2)
        #expect(rig.events.events.contains(.service(.restarting(service: "feed", reason: .readiness))))
        // Ten seconds of probes: ten quick ones, then about one a second; none went on after the timeout.
        #expect((10...20).contains(attempts))
        #expect(rig.answering.attempts == attempts + 1)
    }

    @Test("a service is ready after the time that its check names")
    func readyAfter() throws {
        let rig = try SupervisorRig([service("feed", ready: Readiness(check: .after(.seconds(2))))])
        rig.supervisor.start()
        rig.time.advance(by: .milliseconds(1999))
        #expect(rig.status("feed")?.isReady == false)
        rig.time.advance(by: .milliseconds(1))
        #expect(rig.status("feed")?.isReady == true)
        #expect(rig.time.pendingTimers == 0)
    }

    @Test("a missing program backs off like a crash and says what is missing")
    func missingProgram() throws {
        let rig = try SupervisorRig([service("feed")])
        rig.spawner.fail(
            "feed", with: MainspringError(.spawnFailed, "cannot start feed", cause: "No such file or directory"))
        rig.supervisor.start()
        #expect(
            rig.supervisor.readinessChecks().first?.detail
                == "backing off for 500ms after could not start: No such file or directory (0 restarts)")
        rig.spawner.fail("feed", with: nil)
        rig.time.advance(by: .milliseconds(500))
        #expect(rig.status("feed")?.isReady == true)
    }

    @Test("a crash of a dependency touches no dependent")
    func oneForOne() throws {
        let rig = try SupervisorRig([service("feed"), service("bot", dependsOn: ["feed"])])
        rig.supervisor.start()
        rig.spawner.last("feed")?.exit(.code(1))
        #expect(rig.states == ["feed backing_off", "bot running ready"])
        #expect(rig.asked["bot"] == [])
        rig.spawner.last("bot")?.exit(.code(1))
        rig.spawner.fail("feed", with: MainspringError(.spawnFailed, "no"))
        rig.time.advance(by: .milliseconds(500))
        #expect(rig.states == ["feed backing_off", "bot waiting"])
        rig.spawner.fail("feed", with: nil)
        rig.time.advance(by: .seconds(1))
        #expect(rig.states == ["feed running ready", "bot running ready"])
    }

    @Test("an asked restart ends the service, starts it at once and resets its backoff")
    func askedRestart() throws {
        let rig = try SupervisorRig([service("feed")])
        rig.supervisor.start()
        for _ in 0..<5 {
            rig.spawner.last("feed")?.exit(.code(1))
            rig.time.advance(by: .seconds(30))
        }
        try rig.supervisor.perform(.restart, on: "feed")
        #expect(rig.asked["feed"] == ["TERM 5s"])
        #expect(rig.status("feed")?.state == .stopping)
        rig.spawner.last("feed")?.exit(.signal(15))
        #expect(rig.status("feed")?.isReady == true)
        #expect(rig.events.events.contains(.service(.restarting(service: "feed", reason: .asked))))
        rig.spawner.last("feed")?.exit(.code(1))
        #expect(rig.supervisor.readinessChecks().first?.detail == "backing off for 500ms after exit 1 (6 restarts)")
        try rig.supervisor.perform(.restart, on: "feed")
        #expect(rig.status("feed")?.isReady == true)
        #expect(rig.time.pendingTimers == 0)
    }

    @Test("commands for an unknown service, or while the node stops, are refused")
    func refusals() throws {
        let rig = try SupervisorRig([service("feed")])
        rig.supervisor.start()
        let unknown = #expect(throws: MainspringError.self) { try rig.supervisor.perform(.restart, on: "fed") }
        #expect(unknown?.code == .notFound && unknown?.hint == "Did you mean feed?")
        #expect(throws: MainspringError.self) { try rig.supervisor.logTail(of: "fed", lines: 1) }
        rig.supervisor.stop(budget: .seconds(1)) { _ in }
        let draining = #expect(throws: MainspringError.self) { try rig.supervisor.perform(.restart, on: "feed") }
        #expect(draining?.code == .draining)
    }

    @Test("a stop during the start ends what runs and starts nothing more")
    func stopDuringStart() async throws {
        let rig = try SupervisorRig([
            service("feed", ready: tcp(1)), service("bot", dependsOn: ["feed"]), service("cache"),
        ])
        rig.supervisor.start()
        rig.spawner.last("cache")?.exit(.code(1))
        async let late = rig.supervisor.stop(budget: .seconds(10))
        await rig.events.first { $0 == .service(.stopping(service: "feed")) }
        while rig.asked["feed"] != ["TERM 5s"] { await Task.yield() }
        rig.answering.open(1)
        rig.spawner.last("feed")?.exit(.signal(15))
        #expect(await late == [])
        rig.time.advance(by: .seconds(60))
        #expect(rig.spawner.started == ["feed", "cache"])
        #expect(rig.states == ["feed stopped", "bot stopped", "cache stopped"])
        #expect(rig.time.pendingTimers == 0)
    }

    @Test("a stop names the services that had to be killed")
    func stopNamesKilled() throws {
        let rig = try SupervisorRig([service("feed"), service("bot")])
        rig.supervisor.start()
        let late = Box<[Laggard]>()
        rig.supervisor.stop(budget: .seconds(10)) { late.set($0) }
        rig.spawner.last("bot")?.exit(.code(0))
        rig.time.advance(by: .seconds(5))
        rig.spawner.last("feed")?.exit(.signal(9), killed: true)
        let feed = Laggard(path: "feed", after: .seconds(5), wasKilled: true)
        #expect(late.value == [feed])
        #expect(rig.events.events.contains(.service(.killed(service: "feed"))))
        let again = Box<[Laggard]>()
        rig.supervisor.stop(budget: .zero) { again.set($0) }
        #expect(again.value == [feed])
    }

    @Test("force sends KILL to every service and nothing starts afterwards")
    func forceKill() throws {
        let rig = try SupervisorRig([
            service("feed"), service("bot", dependsOn: ["feed"]), service("late", ready: tcp(9)),
        ])
        rig.supervisor.start()
        rig.supervisor.forceKill()
        for child in rig.spawner.children {
            #expect(child.asked.contains("KILL 0s"))
            child.exit(.signal(9))
        }
        rig.time.advance(by: .seconds(60))
        #expect(rig.spawner.children.count == 3)
        #expect(rig.states.allSatisfy { $0.hasSuffix(" stopped") })
    }

    @Test("a service that completed for good counts as ready, for those that depend on it too")
    func completed() throws {
        let rig = try SupervisorRig([
            service("migrate", restart: .never, ready: tcp(1)), service("bot", dependsOn: ["migrate"]),
        ])
        rig.supervisor.start()
        rig.spawner.last("migrate")?.exit(.code(0))
        #expect(rig.states == ["migrate stopped ready", "bot running ready"])
        #expect(rig.supervisor.readinessChecks().isEmpty)
    }

    @Test("what a service writes can be read while it runs, its last unfinished line after it")
    func logTail() throws {
        let rig = try SupervisorRig([service("feed")])
        rig.supervisor.start()
        rig.spawner.last("feed")?.write("one\ntwo\nthr")
        rig.spawner.last("feed")?.write("error\n", to: .standardError)
        #expect(try rig.supervisor.logTail(of: "feed", lines: 2) == ["two", "error"])
        rig.spawner.last("feed")?.exit(.code(1))
        #expect(try rig.supervisor.logTail(of: "feed", lines: 10) == ["one", "two", "error", "thr"])
    }
}

extension SupervisorRig {
    /// What the latest process of each service was asked.
    var asked: [String: [String]] {
        Dictionary(spawner.children.map { ($0.name, $0.asked) }, uniquingKeysWith: { $1 })
    }
}
