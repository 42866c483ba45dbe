import MainspringCore
import MainspringRuntime

/// The children whose stops wait for one another the longest.
struct StopChain: Equatable {
    struct Link: Equatable {
        var name: String
        var timeout: Duration
    }

    /// In the order in which they stop; those that take no time are left out.
    var links: [Link] = []
    var total: Duration = .zero

    static func longest(
        in supervision: SupervisionConfiguration, timeout: (_ child: String) -> Duration
    ) -> StopChain {
        let groups = Dictionary(supervision.groups.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        return longest(of: supervision.root, strategy: supervision.policy.strategy) { member in
            guard member.kind == .group, let group = groups[member.name] else { return StopChain(member, timeout) }
            return longest(of: group.members, strategy: group.policy.strategy) { StopChain($0, timeout) }
        }
    }

    /// A child stops once all that depend on it are gone, in a rest-for-one supervisor once all after it are. `members`
    /// stand in start order.
    private static func longest(
        of members: [SupervisedMember], strategy: SupervisionPolicy.Strategy, own: (SupervisedMember) -> StopChain
    ) -> StopChain {
        var best: [String: (own: StopChain, next: String?, total: Duration)] = [:]
        func total(_ name: String) -> Duration { best[name]?.total ?? .zero }
        var previous: String?
        for member in members {
            let needs = strategy == .restForOne ? [previous].compactMap { $0 } : member.dependsOn
            let next = needs.max { total($0) < total($1) }
            let own = own(member)
            best[member.name] = (own, next, own.total + (next.map(total) ?? .zero))
            previous = member.name
        }
        var chain = StopChain()
        var current = members.map(\.name).max { total($0) < total($1) }
        while let link = current.flatMap({ best[$0] }) {
            chain.links += link.own.links
            chain.total += link.own.total
            current = link.next
        }
        return chain
    }
}

extension StopChain {
    private init(_ member: SupervisedMember, _ timeout: (String) -> Duration) {
        total = timeout(member.name)
        links = total > .zero ? [Link(name: member.name, timeout: total)] : []
    }
}
