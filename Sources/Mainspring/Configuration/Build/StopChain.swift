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

    /// A child stops once all that depend on it are gone, in a rest-for-one supervisor once all after it are.
    static func longest(
        in supervision: SupervisionConfiguration, timeout: (_ child: String) -> Duration
    ) -> StopChain {
        let groups = Dictionary(supervision.groups.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        return longest(of: supervision.root, strategy: supervision.policy.strategy) { member in
            guard member.kind == .group, let group = groups[member.name] else { return chain(of: member, timeout) }
            return longest(of: group.members, strategy: group.policy.strategy) { chain(of: $0, timeout) }
        }
    }

    private static func chain(of member: SupervisedMember, _ timeout: (String) -> Duration) -> StopChain {
        let time = timeout(member.name)
        return StopChain(links: time > .zero ? [Link(name: member.name, timeout: time)] : [], total: time)
    }

    /// `members` stand in start order.
    private static func longest(
        of members: [SupervisedMember], strategy: SupervisionPolicy.Strategy, own: (SupervisedMember) -> StopChain
    ) -> StopChain {
        var best: [String: (own: StopChain, next: String?, total: Duration)] = [:]
        var previous: String?
        for member in members {
            let needs = strategy == .restForOne ? [previous].compactMap { $0 } : member.dependsOn
            let next = needs.max { (best[$0]?.total ?? .zero) < (best[$1]?.total ?? .zero) }
            let own = own(member)
            best[member.name] = (own, next, own.total + (next.flatMap { best[$0]?.total } ?? .zero))
            previous = member.name
        }
        var chain = StopChain()
        var current = members.map(\.name).max { (best[$0]?.total ?? .zero) < (best[$1]?.total ?? .zero) }
        while let link = current.flatMap({ best[$0] }) {
            chain.links += link.own.links
            chain.total += link.own.total
            current = link.next
        }
        return chain
    }
}
