import MainspringCore
import MainspringJobs
import MainspringRuntime
import Synchronization

/// A node's phase, and what its readiness is made of; all of it in memory.
final class NodeStatus: NodeInspector {
    let node: String
    let startedAt: Timestamp
    private let heart: PoolHeart
    private let health: StoreHealth
    private let zombies: ZombieRegister
    private let engine: JobEngine
    private let isLeading: @Sendable () -> Bool
    private let services: @Sendable () -> [ReadinessReport.Check]
    private let current = Mutex(NodePhase.starting)

    init(
        node: String, startedAt: Timestamp, heart: PoolHeart, health: StoreHealth, zombies: ZombieRegister,
        engine: JobEngine, isLeading: @escaping @Sendable () -> Bool,
        services: @escaping @Sendable () -> [ReadinessReport.Check]
    ) {
        self.node = node
        self.startedAt = startedAt
        self.heart = heart
        self.health = health
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
        let error = health.error
        return ReadinessReport(
            checks: [
                ReadinessReport.Check(
                    name: "phase", isOK: phase == .running,
                    detail: phase == .running ? nil : "the node is \(phase.rawValue)"),
                ReadinessReport.Check(
                    name: "pool", isOK: liveness.state != .wedged,
                    detail: liveness.state == .wedged
                        ? "the concurrency pool has not answered for \(liveness.unanswered.forPeople)" : nil),
                ReadinessReport.Check(name: "store", isOK: error == nil, detail: error.map { "\($0.message)" }),
                ReadinessReport.Check(
                    name: "draining", isOK: !engine.isDraining,
                    detail: engine.isDraining ? "the node is drained: it takes no jobs" : nil),
                ReadinessReport.Check(
                    name: "leader", isOK: true,
                    detail: isLeading() ? "this node leads" : "another node leads, or none does"),
            ] + zombieChecks() + services())
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
