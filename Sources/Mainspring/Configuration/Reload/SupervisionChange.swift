import MainspringRuntime

/// Which children of the tree stop and start, so that one configuration becomes another.
struct SupervisionChange {
    private(set) var names: [ChildKind: ConfigurationChange.Names] = [:]
    private(set) var stops: [SupervisedPath] = []
    private(set) var starts: [SupervisedPath] = []

    init(from old: Configuration, to new: Configuration) {
        let before = SupervisedTree(old)
        let after = SupervisedTree(new)
        func isSame(_ path: SupervisedPath) -> Bool {
            before.children[path] != nil && before.children[path] == after.children[path]
        }
        /// It starts or stops by itself: not as a member of a group that does.
        func isAlone(_ path: SupervisedPath) -> Bool {
            path.group.map { isSame(SupervisedPath(group: nil, kind: .group, name: $0)) } ?? true
        }
        stops = before.paths.reversed().filter { !isSame($0) && isAlone($0) }
        starts = after.paths.filter { !isSame($0) && isAlone($0) }

        for kind in [ChildKind.command, .loop, .group] {
            let old = before.paths.filter { $0.kind == kind }
            let new = after.paths.filter { $0.kind == kind }
            let oldNames = Set(old.map(\.name))
            let newNames = Set(new.map(\.name))
            names[kind] = ConfigurationChange.Names(
                added: newNames.subtracting(oldNames).sorted(), removed: oldNames.subtracting(newNames).sorted(),
                changed: new.filter { oldNames.contains($0.name) && !isSame($0) }.map(\.name).sorted())
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
        /// The order of the members counts for `rest-for-one` alone, and is empty otherwise.
        case group(SupervisionPolicy, RestartBackoff, dependsOn: [String], order: [String])
    }

    /// In start order, the members of a group after it.
    var paths: [SupervisedPath] = []
    var children: [SupervisedPath: Child] = [:]

    init(_ configuration: Configuration) {
        let services = Dictionary(configuration.services.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        let loops = Dictionary(configuration.loops.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        let groups = Dictionary(configuration.supervision.groups.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        func add(_ member: SupervisedMember, to group: String?) {
            let path = SupervisedPath(group: group, kind: member.kind, name: member.name)
            paths.append(path)
            if var service = services[member.name] {
                service.dependsOn = member.dependsOn
                children[path] = .service(service)
            } else if let loop = loops[member.name] {
                children[path] = .loop(loop)
            } else if let group = groups[member.name] {
                let order = group.policy.strategy == .restForOne ? group.members.map(\.name) : []
                children[path] = .group(group.policy, group.backoff, dependsOn: member.dependsOn, order: order)
                for inner in group.members { add(inner, to: group.name) }
            }
        }
        for member in configuration.supervision.root { add(member, to: nil) }
    }
}
