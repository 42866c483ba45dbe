import MainspringCore
import Testing

@testable import MainspringRuntime

@Suite("Restart intensity")
struct IntensityTests {
    /// Restarts follow failures at once, so that the tests alone decide when children fail.
    private static let quick = RestartBackoff(base: .milliseconds(1), cap: .seconds(30))

    private func shell(
        _ onExhausted: SupervisionPolicy.Exhaustion, _ names: [String] = ["a", "b"]
    ) throws
        -> MachineShell
    {
        try MachineShell(
            names.map { child($0, backoff: Self.quick) },
            policy: SupervisionPolicy(maxRestarts: 3, within: .seconds(5), onExhausted: onExhausted))
    }

    /// Fails at these times, in milliseconds.
    private func fail(_ name: String, at times: [Int], _ shell: inout MachineShell) {
        for time in times {
            shell.advance(MonotonicInstant(nanoseconds: Int64(time) * 1_000_000) - shell.now)
            shell.end(name)
        }
    }

    @Test(
        "counts failures in a window that slides",
        arguments: [
            ([0, 1000, 2000], false), ([0, 1000, 2000, 3000], true), ([0, 1000, 2000, 5000], true),
            ([0, 1000, 2000, 5001], false), ([0, 1000, 2000, 5001, 5999], true), ([0, 1000, 2000, 5001, 6002], false),
            ([0, 2000, 4000, 6000, 8000, 10000, 12000], false), ([0, 0, 0, 0], false),
        ])
    func window(times: [Int], isExhausted: Bool) throws {
        var shell = try shell(.fail)
        fail("a", at: times, &shell)
        #expect(shell.machine.isStopping == isExhausted)
        #expect(shell.ends.isEmpty == !isExhausted)
    }

    @Test("failures of all children count together")
    func together() throws {
        var shell = try shell(.fail)
        for (name, time) in [("a", 0), ("b", 500), ("a", 1000), ("b", 1500)] { fail(name, at: [time], &shell) }
        #expect(shell.ends == [.exhausted(.fail, reason: "4 restarts within 5s, the last of b after exit 1")])
    }

    @Test("restarts that were asked for do not count")
    func askedRestarts() throws {
        var shell = try shell(.fail)
        for _ in 0..<10 { shell.feed(.command(.restart, "a")) }
        #expect(!shell.machine.isStopping)
        #expect(shell.status("a")?.restarts == 10)
    }

    @Test("a restart of several together is one, also when others of them fail while they are stopped")
    func roundsCountOnce() throws {
        var shell = try MachineShell(
            ["a", "b", "c"].map { child($0, backoff: Self.quick) },
            policy: SupervisionPolicy(strategy: .oneForAll, maxRestarts: 3, within: .seconds(5), onExhausted: .fail))
        shell.stopsAtOnce = false
        for _ in 0..<3 {
            for name in ["a", "b", "c"] { shell.end(name) }
            shell.advance(.milliseconds(500))
        }
        #expect(shell.states == ["a running", "b running", "c running"])
        #expect(shell.machine.recentRestarts.count == 3)
    }

    @Test("with zero restarts allowed the first failure is one too many")
    func zero() throws {
        var shell = try MachineShell([child("a")], policy: SupervisionPolicy(maxRestarts: 0, onExhausted: .fail))
        shell.end("a")
        #expect(shell.ends == [.exhausted(.fail, reason: "1 restart within 5s, the last of a after exit 1")])
    }

    @Test("back_off goes on at the cap, degraded until it has been healthy for a while, and says so once")
    func backOff() throws {
        var shell = try shell(.backOff)
        fail("a", at: [0, 100, 200], &shell)
        #expect(shell.status("a")?.detail == "backing off for 4ms after exit 1 (2 restarts)")
        fail("a", at: [300], &shell)
        #expect(shell.status("a")?.detail == "backing off for 30s after exit 1 (3 restarts)")
        let exhausted = ServiceEvent.exhausted(
            supervisor: "root", reason: "4 restarts within 5s: a stays at its longest backoff")
        #expect(shell.events.count { $0 == exhausted } == 1)
        shell.advance(.seconds(30))
        #expect(shell.state("a") == "degraded")
        #expect(shell.status("a")?.isReady == false)
        #expect(shell.status("a")?.detail == "restarted too often: exit 1 last")
        #expect(shell.states.last == "b running", "its sibling is not concerned")
        // Not healthy for long enough: the cap again.
        shell.advance(.seconds(59))
        shell.end("a")
        #expect(shell.status("a")?.detail == "backing off for 30s after exit 1 (4 restarts)")
        shell.advance(.seconds(30))
        shell.advance(.milliseconds(59_999))
        #expect(shell.state("a") == "degraded")
        shell.advance(.milliseconds(1))
        #expect(shell.state("a") == "running")
        shell.end("a")
        #expect(shell.status("a")?.detail == "backing off for 1ms after exit 1 (5 restarts)")
        #expect(shell.events.count { $0 == exhausted } == 1)
    }

    @Test("whoever asks for a restart has mended it", arguments: [ServiceCommand.start, .restart])
    func forgiven(command: ServiceCommand) throws {
        var shell = try shell(.backOff)
        fail("a", at: [0, 100, 200, 300], &shell)
        shell.feed(.command(command, "a"))
        #expect(shell.state("a") == "running")
        shell.advance(.seconds(6))
        shell.end("a")
        #expect(shell.status("a")?.detail == "backing off for 1ms after exit 1 (4 restarts)")
    }

    @Test(
        "fail and escalate stop all children in reverse order, and then end",
        arguments: [
            SupervisionPolicy.Exhaustion.fail, .escalate,
        ])
    func ends(exhaustion: SupervisionPolicy.Exhaustion) throws {
        var shell = try MachineShell(
            [
                child("a", backoff: Self.quick), child("b", dependsOn: ["a"]), child("c", dependsOn: ["b"]),
            ], policy: SupervisionPolicy(maxRestarts: 1, onExhausted: exhaustion))
        shell.stopsAtOnce = false
        fail("a", at: [0, 1], &shell)
        _ = shell.told()
        let reason = "2 restarts within 5s, the last of a after exit 1"
        #expect(shell.events.contains(.exhausted(supervisor: "root", reason: reason)))
        #expect(shell.states == ["a failed", "b running", "c stopping"])
        shell.end("c", success: true)
        #expect(shell.told() == ["stop b"])
        shell.feed(.command(.restart, "a"))
        shell.end("b", success: true)
        #expect(shell.told() == ["ended", "gone"])
        #expect(shell.ends == [.exhausted(exhaustion, reason: reason)])
        #expect(shell.states == ["a failed", "b stopped", "c stopped"])
        shell.feed(.stop(budget: .seconds(1)))
        shell.advance(.seconds(100))
        #expect(shell.told().isEmpty)
    }

    @Test("a group that failed for good is left failed, one that escalated is restarted")
    func groupEnds() throws {
        var shell = try shell(.fail)
        shell.end("a", isFinal: true)
        #expect(shell.states == ["a failed", "b running"])
        shell.advance(.seconds(60))
        #expect(shell.told().isEmpty)
        shell.end("b")
        shell.advance(.seconds(1))
        #expect(shell.told() == ["begin b"])
    }
}
