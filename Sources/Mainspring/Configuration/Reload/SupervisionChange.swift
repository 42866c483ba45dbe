import MainspringRuntime

/// Which children of the tree stop and start, so that one configuration becomes another.
struct SupervisionChange {
    private(set) var names: [ChildKind: ConfigurationChange.Names] = [:]
    private(set) var stops: [SupervisedPath] = []
    private(set) var starts: [SupervisedPath] = []

    init(from old: Configuration, to new: Configuration) {
        let before = SupervisedTree(old)
        let after = SupervisedTree(new)
        let same = before.same(as: after)
        /// It starts or stops by itself: not as a member of a group that does.
        func isAlone(_ path: SupervisedPath) -> Bool {
            path.group.map { same.contains(SupervisedPath(group: nil, kind: .group, name: $0)) } ?? true
        }
        stops = before.paths.reversed().filter { !same.contains($0) && isAlone($0) }
        starts = after.paths.filter { !same.contains($0) && isAlone($0) }

        for kind in [ChildKind.command, .loop, .group] {
            let old = before.paths.filter { $0.kind == kind }
            let new = after.paths.filter { $0.kind == kind }
            let oldNames = Set(old.map(\.name))
            let newNames = Set(new.map(\.name))
            let changed = new.filter { oldNames.contains($0.name) && before.children[$0] != after.children[$0] }
            names[kind] = ConfigurationChange.Names(
                added: newNames.subtracting(oldNames).sorted(), removed: oldNames.subtracting(newNames).sorted(),
                changed: changed.map(\.name).sorted())
        }
    }
}

/// All that is supervised, by its place.
private struct SupervisedTree {
    /// What makes a child another one when it differs.
    enum Child: Equatable {
        /// Its `dependsOn` are its siblings.
        case service(ServiceSpec)
        case loop(LoopConfiguration)
        case group(SupervisionPolicy, RestartBackoff, dependsOn: [String])
    }

    /// In start order, the members of a group after it.
    private(set) var paths: [SupervisedPath] = []
    private(set) var children: [SupervisedPath: Child] = [:]
    private let configuration: Configuration

    init(_ configuration: Configuration) {
        self.configuration = configuration
        let services = Dictionary(configuration.services.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        let loops = Dictionary(configuration.loops.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        let groups = Dictionary(configuration.supervision.groups.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        for member in configuration.supervision.root {
            add(member, to: nil, services, loops)
            guard member.kind == .group, let group = groups[member.name] else { continue }
            children[SupervisedPath(group: nil, kind: .group, name: group.name)] = .group(
                group.policy, group.backoff, dependsOn: member.dependsOn)
            for inner in group.members { add(inner, to: group.name, services, loops) }
        }
    }

    private mutating func add(
        _ member: SupervisedMember, to group: String?, _ services: [String: ServiceSpec],
        _ loops: [String: LoopConfiguration]
    ) {
        let path = SupervisedPath(group: group, kind: member.kind, name: member.name)
        paths.append(path)
        if member.kind == .command, var service = services[member.name] {
            service.dependsOn = member.dependsOn
            children[path] = .service(service)
        } else if member.kind == .loop, let loop = loops[member.name] {
            children[path] = .loop(loop)
        }
    }

    /// The children that can go on as they are. Where the order counts, all after the first difference start anew.
    func same(as other: SupervisedTree) -> Set<SupervisedPath> {
        let root = level(nil)
        var same = Self.same(
            root, other.level(nil), self, other, isOrdered: configuration.supervision.policy.strategy == .restForOne)
        for group in configuration.supervision.groups {
            guard same.contains(SupervisedPath(group: nil, kind: .group, name: group.name)) else { continue }
            same.formUnion(
                Self.same(
                    level(group.name), other.level(group.name), self, other,
                    isOrdered: group.policy.strategy == .restForOne))
        }
        return same
    }

    private func level(_ group: String?) -> [SupervisedPath] { paths.filter { $0.group == group } }

    private static func same(
        _ before: [SupervisedPath], _ after: [SupervisedPath], _ old: SupervisedTree, _ new: SupervisedTree,
        isOrdered: Bool
    ) -> Set<SupervisedPath> {
        guard isOrdered else { return Set(before.filter { old.children[$0] == new.children[$0] }) }
        return Set(zip(before, after).prefix { $0 == $1 && old.children[$0] == new.children[$0] }.map(\.0))
    }
}
