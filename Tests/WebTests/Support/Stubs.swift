import MainspringCore
import MainspringJobs
import MainspringRuntime
import Synchronization

/// Holds every attempt until the test says how it ends; stops at once when it is asked to.
final class HeldExecutor: JobExecutor {
    private struct State {
        var released: AttemptResult?
        var waiting: [ObjectIdentifier: CheckedContinuation<AttemptResult, Never>] = [:]
    }

    private let state = Mutex(State())

    func run(_ attempt: JobAttempt) async -> AttemptResult {
        await withCheckedContinuation { continuation in
            let result: AttemptResult? = state.withLock { state in
                if let released = state.released { return released }
                state.waiting[ObjectIdentifier(attempt)] = continuation
                return nil
            }
            if let result { return continuation.resume(returning: result) }
            attempt.onStop { [self] _ in
                state.withLock { $0.waiting.removeValue(forKey: ObjectIdentifier(attempt)) }?
                    .resume(returning: AttemptResult(.interrupted))
            }
        }
    }

    /// Ends what runs, and whatever starts later.
    func release(_ outcome: JobOutcome, output: AttemptOutput = AttemptOutput()) {
        let result = AttemptResult(outcome, output: output)
        let waiting = state.withLock { state in
            state.released = result
            defer { state.waiting = [:] }
            return state.waiting.values.map(\.self)
        }
        for continuation in waiting { continuation.resume(returning: result) }
    }
}

/// A service, and a group with one below it.
final class StubServices: ServiceControl {
    private let state = Mutex([
        ChildStatus(
            name: "feed", state: .running, isReady: true, since: Timestamp(microseconds: 1_767_225_000_000_000),
            startedAt: Timestamp(microseconds: 1_767_224_999_000_000), pid: 4242, restarts: 2, lastExit: "exit 1",
            lastStop: .milliseconds(1500)),
        ChildStatus(
            name: "workers", kind: .group, state: .running, isReady: true,
            since: Timestamp(microseconds: 1_767_225_000_000_000),
            children: [
                ChildStatus(
                    name: "mailer", kind: .service, state: .degraded, isReady: false,
                    since: Timestamp(microseconds: 1_767_225_000_000_000), dependsOn: ["feed"],
                    site: SourceSite(file: "Bot/Mail.swift", line: 12), detail: "no heartbeat within 5s")
            ]),
    ])
    private let performed = Mutex<[String]>([])

    /// `restart feed`.
    var commands: [String] { performed.withLock { $0 } }

    func set(_ services: [ChildStatus]) { state.withLock { $0 = services } }

    func tree() -> [ChildStatus] { state.withLock { $0 } }

    func perform(_ command: ServiceCommand, on name: String) throws {
        try known(name)
        performed.withLock { $0.append("\(command.rawValue) \(name)") }
    }

    func logTail(of name: String, lines: Int) throws -> [String] {
        try known(name)
        return (1...10).map { "line \($0)" }.suffix(lines)
    }

    private func known(_ name: String) throws {
        guard services().contains(where: { $0.name == name }) else {
            throw MainspringError(.notFound, "there is no service of that name")
        }
    }
}

final class StubInspector: NodeInspector {
    let node = "test-1"
    let startedAt = Timestamp(microseconds: 1_767_222_000_000_000)
    private let state = Mutex(
        (phase: NodePhase.running, report: ReadinessReport(checks: [ReadinessReport.Check(name: "phase", isOK: true)])))

    func set(_ phase: NodePhase, _ checks: [ReadinessReport.Check]) {
        state.withLock { $0 = (phase, ReadinessReport(checks: checks)) }
    }

    private let life = Mutex(LivenessReport())

    func set(_ liveness: LivenessReport) { life.withLock { $0 = liveness } }

    func liveness() -> LivenessReport { life.withLock { $0 } }
    func phase() -> NodePhase { state.withLock { $0.phase } }
    func readiness() -> ReadinessReport { state.withLock { $0.report } }
}

final class StubControl: NodeControl {
    private let services: StubServices
    private let stops = Mutex(0)
    private let draining = Mutex(false)
    private let rehearsal = ShutdownRehearsal(
        jobs: [ShutdownRehearsal.Job(name: "scan 1", timeLeft: .seconds(30))],
        services: [
            ChildStatus(
                name: "feed", state: .running, isReady: true, since: Timestamp(microseconds: 0),
                startedAt: Timestamp(microseconds: 0), lastStop: .seconds(6), stopTimeout: .seconds(5))
        ], policy: ShutdownPolicy())

    init(_ services: StubServices) {
        self.services = services
    }

    var stopped: Int { stops.withLock { $0 } }

    func tree() -> [ChildStatus] { services.tree() }

    var zombies: Int { 0 }

    var isDraining: Bool { draining.withLock { $0 } }

    var isLeading: Bool { true }

    func drain(_ isOn: Bool) { draining.withLock { $0 = isOn } }

    func runtime() -> RuntimeReport { RuntimeReport.take(zombies: ZombieRegister(), resources: Resources()) }

    func rehearseStop() -> ShutdownRehearsal { rehearsal }

    func stop() { stops.withLock { $0 += 1 } }
}
