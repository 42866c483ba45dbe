import MainspringCore
import Testing

@testable import MainspringRuntime

@Suite("The health of a child")
struct HealthTests {
    @Test("silence degrades it, a beat mends it, and twice the silence restarts it")
    func heartbeats() throws {
        var shell = try MachineShell([child("a", silence: .seconds(4))])
        shell.advance(.milliseconds(3999))
        #expect(shell.state("a") == "running")
        shell.advance(.milliseconds(1))
        #expect(shell.state("a") == "degraded")
        #expect(shell.status("a")?.detail == "no heartbeat within 4s")
        #expect(shell.events.last == .degraded(service: "a", reason: "no heartbeat for 4.0s"))
        shell.beats["a"] = shell.now
        shell.advance(.seconds(1))
        #expect(shell.state("a") == "running")
        #expect(shell.events.last == .recovered(service: "a"))
        // The last beat was four seconds after the start.
        shell.advance(.milliseconds(6999))
        #expect(shell.state("a") == "degraded")
        #expect(shell.told().isEmpty)
        shell.advance(.milliseconds(1))
        #expect(shell.told() == ["stop a"])
        #expect(shell.events.contains(.notReady(service: "a", reason: "no heartbeat for 8.0s")))
        #expect(shell.state("a") == "backing_off")
        shell.advance(.milliseconds(500))
        #expect(shell.events.contains(.restarting(service: "a", reason: .silence)))
        #expect(shell.state("a") == "running")
        // A beat of the life before counts for nothing.
        shell.advance(.seconds(4))
        #expect(shell.state("a") == "degraded")
    }

    @Test("one that beats in time is left alone")
    func beating() throws {
        var shell = try MachineShell([child("a", silence: .seconds(4))])
        for _ in 0..<100 {
            shell.beats["a"] = shell.now
            shell.advance(.seconds(3))
        }
        #expect(shell.state("a") == "running")
        #expect(!shell.events.contains { if case .degraded = $0 { true } else { false } })
    }

    @Test("silence counts from readiness, not from the start")
    func silentStart() throws {
        var shell = try MachineShell([
            child("a", ready: Readiness(check: .reported, within: .seconds(60)), silence: .seconds(4))
        ])
        shell.advance(.seconds(30))
        #expect(shell.state("a") == "starting")
        shell.report("a", .ready)
        shell.advance(.milliseconds(3999))
        #expect(shell.state("a") == "running")
    }

    @Test("one that says so itself is ready when it says so, and restarted when it does not in time")
    func reported() throws {
        var shell = try MachineShell(
            [child("a", ready: Readiness(check: .reported)), child("b", dependsOn: ["a"])], isStarted: false)
        shell.feed(.start)
        #expect(shell.told() == ["begin a"])
        shell.advance(.milliseconds(29_999))
        #expect(shell.status("b")?.detail == "waiting for a")
        shell.advance(.milliseconds(1))
        #expect(shell.told() == ["stop a"])
        #expect(shell.events.contains(.notReady(service: "a", reason: "not ready within 30s")))
        shell.advance(.milliseconds(500))
        #expect(shell.told() == ["begin a"])
        #expect(shell.events.contains(.restarting(service: "a", reason: .readiness)))
        shell.report("a", .ready)
        #expect(shell.told() == ["begin b", "all ready"])
    }

    @Test("a report of readiness counts only where it is asked for, and only from the present life")
    func otherReports() throws {
        var shell = try MachineShell(
            [child("a", ready: tcp(1)), child("b", ready: Readiness(check: .reported))], isStarted: false)
        shell.feed(.start)
        shell.report("a", .ready)
        #expect(shell.state("a") == "starting")
        shell.end("b")
        shell.advance(.milliseconds(500))
        shell.report("b", 1, .ready)
        #expect(shell.state("b") == "starting")
        shell.report("b", 2, .ready)
        #expect(shell.state("b") == "running")
    }

    @Test("one that is ready, or has ended, before its beginning is heard of has begun all the same")
    func early() throws {
        var shell = try MachineShell(
            [child("a", ready: Readiness(check: .reported)), child("b", restart: .never)], isStarted: false)
        shell.beginsAtOnce = false
        shell.feed(.start)
        shell.report("a", .ready)
        shell.end("b", success: true)
        shell.begin("a")
        shell.feed(.begun("b", life: 1, pid: nil))
        #expect(shell.states == ["a running", "b stopped"])
        let started = shell.events.filter { if case .starting = $0 { true } else { false } }
        #expect(started == [.starting(service: "a", pid: nil), .starting(service: "b", pid: nil)])
    }

    @Test("what it says about itself is shown until it takes it back or begins anew")
    func degraded() throws {
        var shell = try MachineShell([child("a")])
        shell.report("a", .degraded("the feed lags"))
        shell.report("a", .degraded("the feed lags a lot"))
        #expect(shell.state("a") == "degraded")
        #expect(shell.status("a")?.detail == "the feed lags a lot")
        #expect(shell.status("a")?.isReady == false)
        #expect(shell.events.count { if case .degraded = $0 { true } else { false } } == 1)
        shell.report("a", .recovered)
        shell.report("a", .recovered)
        #expect(shell.state("a") == "running")
        #expect(shell.events.count { $0 == .recovered(service: "a") } == 1)
        shell.report("a", .degraded("again"))
        shell.end("a")
        shell.advance(.seconds(1))
        #expect(shell.state("a") == "running")
    }

    @Test("the group below has start deadlines of its own")
    func groupStart() throws {
        var shell = try MachineShell([child("a", kind: .group, ready: Readiness(check: .reported))])
        shell.advance(.seconds(3600))
        #expect(shell.state("a") == "starting")
        #expect(shell.status("a")?.detail == "not all of its children are ready yet")
        #expect(shell.told().isEmpty)
    }
}
