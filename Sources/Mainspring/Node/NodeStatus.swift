import MainspringCore
import MainspringJobs
import MainspringRuntime
import MainspringStore
import Synchronization

/// A node's phase, and what its readiness is made of; all of it in memory.
final class NodeStatus: NodeInspector {
    let node: String
    let startedAt: Timestamp
    private let heart: PoolHeart
    private let health: StoreHealth
    private let failover: @Sendable () -> FailoverStatus?
    private let zombies: ZombieRegister
    private let engine: JobEngine
    private let isLeading: @Sendable () -> Bool
    private let services: @Sendable () -> [ReadinessReport.Check]
    private let current = Mutex(NodePhase.starting)

    init(
        node: String, startedAt: Timestamp, heart: PoolHeart, health: StoreHealth,
        failover: @escaping @Sendable () -> FailoverStatus?, zombies: ZombieRegister,
        engine: JobEngine, isLeading: @escaping @Sendable () -> Bool,
        services: @escaping @Sendable () -> [ReadinessReport.Check]
    ) {
        self.node = node
        self.startedAt = startedAt
        self.heart = heart
        self.health = health
        self.failover = failover
        self.zombies = zombies
        self.engine = engine
        self.isLeading = isLeading
        self.services = services
    }

    func phase() -> NodePhase { current.withLock { $0 } }

    /// There is no way back: false when the node is in a later phase, and stays there.
    @discardableResult func enter(_ phase: NodePhase) -> Bool {
        current.withLock { current in
            current = max(current, phase)
            return current == phase
        }
    }

    func liveness() -> LivenessReport { heart.liveness() }

    func readiness() -> ReadinessReport {
        let phase = phase()
        let liveness = liveness()
        return ReadinessReport(
            checks: [
                ReadinessReport.Check(
                    name: "phase", isOK: phase == .running,
                    detail: phase == .running ? nil : "the node is \(phase.rawValue)"),
                ReadinessReport.Check(
                    name: "pool", isOK: liveness.state != .wedged,
                    detail: liveness.state == .wedged
                        ? "the concurrency pool has not answered for \(liveness.unanswered.forPeople)" : nil),
                storeCheck(),
                ReadinessReport.Check(
                    name: "draining", isOK: !engine.isDraining,
                    detail: engine.isDraining ? "the node is drained: it takes no jobs" : nil),
                ReadinessReport.Check(
                    name: "leader", isOK: true,
                    detail: isLeading() ? "this node leads" : "another node leads, or none does"),
            ] + zombieChecks() + services())
    }

    /// A node whose store is away takes jobs in, and goes on being ready: only one whose spool is full, or stuck, does not.
    private func storeCheck() -> ReadinessReport.Check {
        let failover = failover()
        if let problem = failover?.problem ?? health.error {
            return ReadinessReport.Check(name: "store", isOK: false, detail: problem.message)
        }
        return ReadinessReport.Check(name: "store", isOK: true, detail: failover.flatMap(Self.sentence))
    }

    private static func sentence(_ failover: FailoverStatus) -> String? {
        let kept = "\(failover.spool.jobs) jobs and \(failover.spool.ends) ends of attempts in the spool"
        switch failover.state {
        case .primary: return "primary"
        case .spooling:
            return "spooling since \(failover.since.rfc3339) (\(failover.reason?.rawValue ?? "unreachable")): \(kept)"
        case .draining: return "draining since \(failover.since.rfc3339): \(kept)"
        }
    }

    private func zombieChecks() -> [ReadinessReport.Check] {
        let zombies = zombies.list()
        guard !zombies.isEmpty else { return [] }
        let names = zombies.prefix(3).map { "\($0.name) (\($0.site))" }.joined(separator: ", ")
        return [
            ReadinessReport.Check(
                name: "zombies", isOK: false, detail: "\(zombies.count) given up and still running: \(names)")
        ]
    }
}
