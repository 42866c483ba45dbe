/// A supervisor as the child of another one: ready once all its children have been, failed when its policy escalates.
struct GroupSource: ChildSource {
    private let policy: SupervisionPolicy
    private let children: [Supervisor.Child]
    private let context: SupervisorContext

    init(policy: SupervisionPolicy, children: [Supervisor.Child], context: SupervisorContext) {
        self.policy = policy
        self.children = children
        self.context = context
    }

    func begin(_ line: ChildLine) throws -> any ChildLife {
        let supervisor = try Supervisor(
            name: line.name, children: children, policy: policy, context: context, onReady: { line.report(.ready) },
            onEnd: { end, laggards in
                if laggards.contains(where: { !$0.wasKilled }) { line.report(.stuck(Self.end(end, laggards))) }
            }, onGone: { end, laggards in line.report(.ended(Self.end(end, laggards))) })
        supervisor.start()
        return GroupLife(supervisor)
    }

    private static func end(_ end: SupervisorEnd, _ laggards: [Laggard]) -> ChildEnd {
        switch end {
        case .stopped: ChildEnd(isSuccess: true, detail: "stopped", laggards: laggards)
        case .exhausted(let exhaustion, let reason):
            ChildEnd(isSuccess: false, detail: reason, isFinal: exhaustion == .fail, laggards: laggards)
        }
    }
}

final class GroupLife: SupervisingLife {
    let supervisor: Supervisor

    init(_ supervisor: Supervisor) {
        self.supervisor = supervisor
    }

    func quiet() { supervisor.quiet() }
    func stop(_ order: StopOrder) { supervisor.stop(budget: order.grace) { _ in } }
    func kill() { supervisor.forceKill() }
    func standing() -> String? { supervisor.running().joined(separator: ", ") }
    func children() -> [ChildStatus] { supervisor.tree() }
}
