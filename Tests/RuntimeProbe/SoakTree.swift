import Glibc
import Logging
import MainspringCore
import MainspringRuntime

/// Groups of every strategy and every end, each alone below the root and again with groups in it that escalate and fail; and
/// one of real processes.
struct SoakTree {
    let context: SupervisorContext
    let spawner: any ProcessSpawner
    let bodies: SoakBodies
    private(set) var nodes: [SoakNode] = []
    private var random: SplitMix

    private static let quick = RestartBackoff(base: .milliseconds(5), cap: .milliseconds(40), resetAfter: .seconds(1))
    /// A busy machine is not a late child.
    private static let patient = StopPolicy(timeout: .seconds(60))

    init(context: SupervisorContext, spawner: any ProcessSpawner, bodies: SoakBodies, seed: UInt64) {
        self.context = context
        self.spawner = spawner
        self.bodies = bodies
        random = SplitMix(seed: seed)
    }

    mutating func children() -> [Supervisor.Child] {
        var children: [Supervisor.Child] = []
        for strategy in SupervisionPolicy.Strategy.allCases {
            for end in SupervisionPolicy.Exhaustion.allCases {
                let name = "\(strategy.rawValue) \(end.rawValue)"
                children.append(group(name, below: nil, strategy, end) { tree in tree.closures(4, name, strategy) })
                let outer = "outer \(name)"
                children.append(
                    group(outer, below: nil, strategy, end) { tree in
                        tree.closures(2, outer, strategy)
                            + [SupervisionPolicy.Exhaustion.escalate, .fail].map { inner in
                                let path = "\(outer)/\(inner.rawValue)"
                                return tree.group(path, below: outer, strategy, inner) { tree in
                                    tree.closures(3, path, strategy)
                                }
                            }
                    })
            }
        }
        children.append(
            group("processes", below: nil, .oneForAll, .backOff) { tree in (0..<3).map { tree.process($0) } })
        return children
    }

    private mutating func group(
        _ name: String, below parent: String?, _ strategy: SupervisionPolicy.Strategy,
        _ end: SupervisionPolicy.Exhaustion, _ members: (inout SoakTree) -> [Supervisor.Child]
    ) -> Supervisor.Child {
        let policy = SupervisionPolicy(
            strategy: strategy, maxRestarts: Int.random(in: 2...12, using: &random), within: .seconds(1),
            onExhausted: end)
        nodes.append(SoakNode(name: name, parent: parent, end: end))
        return context.group(name, policy: policy, backoff: Self.quick, children: members(&self))
    }

    /// The last two of one-for-one and one-for-all may end for good.
    private mutating func closures(
        _ count: Int, _ parent: String, _ strategy: SupervisionPolicy.Strategy
    ) -> [Supervisor.Child] {
        (0..<count).map { number in
            let name = "\(parent)/\(number)"
            var restart = ChildSpec.Restart.always
            if strategy != .restForOne, number == 2 { restart = .onFailure }
            if strategy != .restForOne, number == 3 { restart = .never }
            nodes.append(SoakNode(name: name, parent: parent, restart: restart))
            let spec = ChildSpec(
                name: name, kind: .service, restart: restart, backoff: Self.quick, stop: Self.patient)
            return context.child(spec) { [bodies] in try await bodies.run($0) }
        }
    }

    private mutating func process(_ number: Int) -> Supervisor.Child {
        let name = "process \(number)"
        nodes.append(SoakNode(name: name, parent: "processes"))
        let command = CommandSpec(
            argv: ["/bin/sh", "-c", "sleep 0.\(number + 3); exit \(number)"], environment: ["PATH": "/usr/bin:/bin"],
            workingDirectory: "/")
        return context.child(
            ServiceSpec(name: name, command: command, backoff: Self.quick, stop: Self.patient), spawner: spawner)
    }
}

/// A child or a group, as the ledger has to know it.
struct SoakNode {
    var name: String
    var parent: String?
    var restart = ChildSpec.Restart.always
    /// Of a group.
    var end: SupervisionPolicy.Exhaustion?
}

/// SplitMix64.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
