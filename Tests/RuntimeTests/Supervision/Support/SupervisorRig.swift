import Logging
import MainspringCore
import MainspringTesting
import Synchronization

@testable import MainspringRuntime

/// A supervisor over fake processes and manual time, where all that follows from a step happens within the step.
struct SupervisorRig {
    let spawner = FakeSpawner()
    let time = ManualTime()
    let events = EventRecorder()
    let answering = Answering()
    let supervisor: Supervisor

    let context: SupervisorContext

    init(_ services: [ServiceSpec], policy: SupervisionPolicy = SupervisionPolicy()) throws {
        try self.init(policy: policy) { context, spawner in
            services.map { context.child($0, spawner: spawner) }
        }
    }

    init(
        policy: SupervisionPolicy = SupervisionPolicy(),
        onExhausted: @escaping @Sendable (SupervisionPolicy.Exhaustion, String) -> Void = { _, _ in },
        children: (SupervisorContext, FakeSpawner) -> [Supervisor.Child]
    ) throws {
        let answering = answering
        let prober = ReadinessProber(time: time, attempt: { answering.succeeds($0) }, run: { $0() })
        let context = SupervisorContext(
            time: time, sink: events, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            logs: ServiceLogs(folder: nil, services: 1, time: time), random: FullJitter(),
            prober: prober, executor: InlineExecutor(), begin: { $0() })
        self.context = context
        supervisor = try Supervisor(
            children: children(context, spawner), policy: policy, context: context, onExhausted: onExhausted)
    }

    func status(_ name: String) -> ChildStatus? { supervisor.services().first { $0.name == name } }

    /// `state`, and `ready` where it is.
    var states: [String] {
        supervisor.services().map { "\($0.name) \($0.state.rawValue)\($0.isReady ? " ready" : "")" }
    }

    /// Which probes succeed, by port.
    final class Answering: Sendable {
        private let state = Mutex((ports: Set<Int>(), attempts: 0))

        var attempts: Int { state.withLock { $0.attempts } }

        func open(_ port: Int) { state.withLock { _ = $0.ports.insert(port) } }

        func succeeds(_ check: Readiness.Check) -> Bool {
            state.withLock { state in
                state.attempts += 1
                guard case .tcp(_, let port) = check else { return true }
                return state.ports.contains(port)
            }
        }
    }
}

func service(
    _ name: String, restart: ServiceSpec.Restart = .always, ready: Readiness = Readiness(), dependsOn: [String] = [],
    stop: StopPolicy = StopPolicy()
) -> ServiceSpec {
    ServiceSpec(
        name: name, command: CommandSpec(argv: [name], environment: [:], workingDirectory: "."), restart: restart,
        readiness: ready, dependsOn: dependsOn, stop: stop)
}

func tcp(_ port: Int, within: Duration = .seconds(10)) -> Readiness {
    Readiness(check: .tcp(host: "127.0.0.1", port: port), within: within)
}
