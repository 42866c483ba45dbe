import Glibc
import Logging
import MainspringCore
import MainspringTesting
import Testing

@testable import MainspringRuntime

/// a, b and c are shells that write down when they start and when they are told to stop; each depends on the one before it.
@Suite("Strategies over real processes", .timeLimit(.minutes(1)))
struct RealStrategyTests {
    private let kit: ProcessKit
    private let events = EventRecorder()
    private let context: SupervisorContext
    private let log: String

    init() throws {
        let kit = try ProcessKit()
        self.kit = kit
        log = kit.folder + "/file0"
        let (log, events) = (log, events)
        let time = SystemTime()
        // Ready once its line of this start is in the log, so that lines come in the order in which children begin.
        let prober = ReadinessProber(time: time) { check in
            guard case .tcp(let name, _) = check else { return false }
            let starts = events.events.count { if case .service(.starting(name, _)) = $0 { true } else { false } }
            return Self.lines(log).count { $0 == "start \(name)" } == starts
        }
        context = SupervisorContext(
            time: time, sink: events, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, logs: nil,
            random: FullJitter(), prober: prober, executor: PrivateExecutor(label: "test"),
            begin: { work in onOwnThread(work) })
    }

    private static func lines(_ path: String) -> [String] {
        (ProcessTable.readFile(path) ?? "").split(separator: "\n").map(String.init)
    }

    private func shell(_ name: String, dependsOn: [String]) -> Supervisor.Child {
        let script = """
            trap 'echo stop \(name) >> \(log); exit 0' TERM
            echo start \(name) >> \(log)
            while :; do sleep 0.05; done
            """
        return context.child(
            ServiceSpec(
                name: name,
                command: CommandSpec(
                    argv: ["/bin/sh", "-c", script], environment: ["PATH": "/usr/bin:/bin"],
                    workingDirectory: kit.folder),
                backoff: RestartBackoff(base: .milliseconds(10), cap: .milliseconds(10)),
                readiness: Readiness(check: .tcp(host: name, port: 1)), dependsOn: dependsOn), spawner: kit.spawner)
    }

    private func supervisor(
        _ policy: SupervisionPolicy, onExhausted: @escaping @Sendable () -> Void = {}
    ) throws
        -> Supervisor
    {
        try Supervisor(
            children: [shell("a", dependsOn: []), shell("b", dependsOn: ["a"]), shell("c", dependsOn: ["b"])],
            policy: policy, context: context, onExhausted: { _, _ in onExhausted() })
    }

    /// KILL for the leader of one of them.
    private func strike(_ name: String, _ supervisor: Supervisor) throws {
        kill(try #require(supervisor.tree().first { $0.name == name }?.pid), SIGKILL)
    }

    private func allReady(_ supervisor: Supervisor, after lines: Int) async throws -> Bool {
        try await ProcessTable.eventually {
            Self.lines(log).count >= lines && supervisor.tree().allSatisfy(\.isReady)
        }
    }

    @Test(
        "the one that was killed, and those that go with it, start again in order",
        arguments: [
            (SupervisionPolicy.Strategy.oneForOne, "b", ["start b"]),
            (.oneForAll, "b", ["stop c", "stop a", "start a", "start b", "start c"]),
            (.oneForAll, "c", ["stop b", "stop a", "start a", "start b", "start c"]),
            (.restForOne, "b", ["stop c", "start b", "start c"]), (.restForOne, "c", ["start c"]),
            (.restForOne, "a", ["stop c", "stop b", "start a", "start b", "start c"]),
        ])
    func strategies(strategy: SupervisionPolicy.Strategy, struck: String, story: [String]) async throws {
        let supervisor = try supervisor(SupervisionPolicy(strategy: strategy))
        let started = ["start a", "start b", "start c"]
        supervisor.start()
        #expect(try await allReady(supervisor, after: 3))
        #expect(Self.lines(log) == started)
        try strike(struck, supervisor)
        #expect(try await allReady(supervisor, after: 3 + story.count))
        #expect(Self.lines(log) == started + story)
        let pids = supervisor.tree().compactMap(\.pid)
        #expect(await supervisor.stop(budget: .seconds(50)) == [])
        #expect(Self.lines(log) == started + story + ["stop c", "stop b", "stop a"])
        #expect(pids.count == 3 && !pids.contains(where: ProcessTable.isAlive))
    }

    @Test(
        "more kills than allowed end them all, in order, and the root says so",
        arguments: [
            SupervisionPolicy.Exhaustion.fail, .escalate,
        ])
    func exhausted(exhaustion: SupervisionPolicy.Exhaustion) async throws {
        let over = Signal()
        let supervisor = try supervisor(
            SupervisionPolicy(maxRestarts: 1, within: .seconds(600), onExhausted: exhaustion),
            onExhausted: { over.notify() })
        supervisor.start()
        #expect(try await allReady(supervisor, after: 3))
        try strike("b", supervisor)
        #expect(try await allReady(supervisor, after: 4))
        let pids = supervisor.tree().compactMap(\.pid)
        try strike("b", supervisor)
        await over.wait()
        #expect(!pids.contains(where: ProcessTable.isAlive))
        #expect(Self.lines(log).suffix(3) == ["start b", "stop c", "stop a"])
        #expect(supervisor.tree().map(\.state) == [.stopped, .failed, .stopped])
    }
}
