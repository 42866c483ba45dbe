import MainspringCore
import MainspringRuntime

/// What the configuration has supervised, as children of supervisors.
struct ConfiguredChildren {
    let configuration: Configuration
    let context: SupervisorContext
    let spawner: any ProcessSpawner

    /// Directly below the root, in start order.
    func root() -> [Supervisor.Child] { configuration.supervision.root.compactMap(child) }

    /// The child at that place, for one that starts while the node runs.
    func child(at path: SupervisedPath) -> Supervisor.Child? {
        let group = configuration.supervision.groups.first { $0.name == path.group }
        let members = group?.members ?? configuration.supervision.root
        return members.first { $0.name == path.name }.flatMap(child)
    }

    private func child(_ member: SupervisedMember) -> Supervisor.Child? {
        if var service = configuration.services.first(where: { $0.name == member.name }) {
            service.dependsOn = member.dependsOn
            return context.child(service, spawner: spawner)
        }
        if let loop = configuration.loops.first(where: { $0.name == member.name }) {
            return context.child(loop.child, loop: loop.spec, command: loop.command, spawner: spawner)
        }
        return configuration.supervision.groups.first { $0.name == member.name }.map { group in
            context.group(
                group.name, policy: group.policy, dependsOn: member.dependsOn, backoff: group.backoff,
                children: group.members.compactMap(child))
        }
    }
}
