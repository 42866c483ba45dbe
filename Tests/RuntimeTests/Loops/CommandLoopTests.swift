import Glibc
import MainspringCore
import MainspringTesting
import Testing

@testable import MainspringRuntime

@Suite("Loops of commands", .timeLimit(.minutes(1)))
struct CommandLoopTests {
    let kit: ProcessKit
    /// The loops' time; that of their processes is real.
    let time = ManualTime()
    let rig: LoopRig
    let logs: ServiceLogs

    init() throws {
        kit = try ProcessKit()
        rig = LoopRig(time: time)
        logs = ServiceLogs(folder: nil, services: 1, time: SystemTime())
    }

    private func source(_ spec: LoopSpec, _ script: String) -> LoopSource {
        let command = CommandSpec(
            argv: ["/bin/sh", "-c", script], environment: ["PATH": "/usr/bin:/bin"], workingDirectory: kit.folder)
        return rig.source(spec, turns(of: command))
    }

    private func turns(of command: CommandSpec) -> CommandTurns {
        CommandTurns(
            command: command, spawner: kit.spawner, logs: logs, tracer: nil, executor: PrivateExecutor(label: "test"))
    }

    private func tail(_ lines: Int) async throws -> [String] {
        _ = try await ProcessTable.eventually { logs["loop"]?.tail(lines).count == lines }
        return logs["loop"]?.tail(lines) ?? []
    }

    @Test("each turn is a process, whose output is the loop's log")
    func turns() async throws {
        let source = source(LoopSpec(every: .zero, pacing: .fixedDelay), "echo beat; printf whole >&2")
        let life = try source.begin(rig.line)
        await rig.turnsEnded(3)
        life.stop(StopOrder(grace: .seconds(5)))
        #expect(await rig.reports.end().isSuccess)
        #expect(rig.outcomes.prefix(3) == [.success, .success, .success])
        #expect(logs["loop"]?.tail(2) == ["beat", "whole"])
    }

    @Test("an exit that is no success is a failure with its code, and the loop goes on")
    func exits() async throws {
        let source = source(LoopSpec(every: .zero, pacing: .fixedDelay, maxFailures: 2), "exit 3")
        _ = try source.begin(rig.line)
        let end = await rig.reports.end()
        #expect(end.detail == "2 turns in a row failed, the last one so: turn 2 failed: exit 3")
        #expect(rig.reports.all.prefix(2) == [.degraded("turn 1 failed: exit 3"), .degraded("turn 2 failed: exit 3")])
    }

    @Test("a command that cannot start is a failed turn")
    func missing() async throws {
        let command = CommandSpec(argv: ["/nonexistent"], environment: [:], workingDirectory: kit.folder)
        let source = rig.source(LoopSpec(every: .seconds(60), maxFailures: 1), turns(of: command))
        _ = try source.begin(rig.line)
        #expect(await rig.reports.end().detail.contains("No such file"))
    }

    @Test("a timeout ends the whole group with TERM, and with KILL what does not obey")
    func timeout() async throws {
        let source = source(
            LoopSpec(every: .seconds(60), timeout: .seconds(3), patience: .milliseconds(100), maxFailures: 1),
            "trap '' TERM; sleep 1000 & echo $! $$; wait; sleep 1000")
        let life = try source.begin(rig.line)
        let pids = try await tail(1).flatMap { $0.split(separator: " ").compactMap { Int32($0) } }
        #expect(life.children().map(\.pid) == [pids.last])
        time.advance(by: .seconds(3))
        let end = await rig.reports.end()
        #expect(end.detail == "turn 1 timed out after 3.0s")
        #expect(end.laggards.isEmpty)
        #expect(rig.outcomes == [.timeout])
        #expect(rig.zombies.total == 0)
        #expect(pids.count == 2)
        #expect(try await ProcessTable.waitUntilDead(pids))
    }

    @Test("a stop sends its signal, and waits for the process")
    func stop() async throws {
        let source = source(
            LoopSpec(every: .seconds(60)), "trap 'echo asked; exit 0' INT; echo up; while :; do sleep 0.01; done")
        let life = try source.begin(rig.line)
        #expect(try await tail(1) == ["up"])
        life.stop(StopOrder(signal: SIGINT, grace: .seconds(20)))
        #expect(await rig.reports.end() == ChildEnd(isSuccess: true, detail: "stopped"))
        #expect(logs["loop"]?.tail(1) == ["asked"])
    }

    @Test("a kill ends at once what ignores signals, and says that it was killed")
    func kill() async throws {
        let source = source(LoopSpec(every: .seconds(60)), "trap '' TERM; echo $$; while :; do sleep 0.01; done")
        let life = try source.begin(rig.line)
        let pids = try await tail(1).compactMap { Int32($0) }
        life.stop(StopOrder(drain: .seconds(50), grace: .seconds(60)))
        life.kill()
        #expect(await rig.reports.end() == ChildEnd(isSuccess: true, detail: "stopped", wasKilled: true))
        #expect(try await ProcessTable.waitUntilDead(pids))
    }

    @Test("a kill before the process is there starts none")
    func killFirst() async throws {
        let spawner = FakeSpawner()
        let held = HeldExecutor()
        let runner = CommandTurns(
            command: CommandSpec(argv: ["beat"], environment: [:], workingDirectory: "."), spawner: spawner, logs: logs,
            tracer: nil, executor: held)
        let source = rig.source(LoopSpec(every: .seconds(60)), runner)
        let life = try source.begin(rig.line)
        life.kill()
        held.release()
        #expect(await rig.reports.end().isSuccess)
        #expect(spawner.children.isEmpty)
        #expect(rig.outcomes == [.cancelled])
    }

    @Test("with every thread of the concurrency pool blocked, turns go on, and a stop ends the loop")
    func blockedPool() async throws {
        let source = source(LoopSpec(every: .zero, pacing: .fixedDelay), "true")
        let rig = rig
        await withBlockedPool {
            let life = try? source.begin(rig.line)
            wait(SystemTime()) { rig.outcomes.count >= 3 }
            life?.stop(StopOrder(grace: .seconds(20)))
            wait(SystemTime()) { !rig.reports.ends.isEmpty }
        }
        #expect(rig.outcomes.prefix(3) == [.success, .success, .success])
        #expect(rig.reports.ends.map(\.isSuccess) == [true])
    }
}
