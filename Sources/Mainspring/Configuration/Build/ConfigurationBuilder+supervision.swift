import MainspringCore
import MainspringRuntime

/// A group as far as it is valid.
private struct DeclaredGroup {
    var name: String
    var policy: SupervisionPolicy
    var backoff: RestartBackoff?
    /// As declared.
    var members: [String]
}

extension ConfigurationBuilder {
    mutating func supervision(_ services: DeclaredServices) -> SupervisionConfiguration? {
        guard let section = root.section("supervision"), let policy = policy(in: section) else { return nil }
        let loops = root.entries("loops").map(\.name)
        let groups = groups(in: section, services: Array(services.needs.keys), loops: loops)
        let groupOf = Dictionary(
            groups.flatMap { group in group.members.map { ($0, group.name) } }, uniquingKeysWith: { first, _ in first })
        // Services that depend on each other were named already.
        let placed = Set(services.order)
        let needs = services.needs.filter { placed.contains($0.key) }
        let lifted = LiftedDependencies(services.order, needs: needs, groups: groupOf)
        for group in groups where group.policy.strategy == .restForOne { checkOrder(of: group, lifted: lifted) }

        let kinds = Dictionary(
            services.order.map { ($0, ChildKind.command) } + loops.map { ($0, .loop) }
                + groups.map { ($0.name, .group) }, uniquingKeysWith: { $1 })
        func members(_ names: [String]) -> [SupervisedMember] {
            names.compactMap { name in
                kinds[name].map {
                    SupervisedMember(kind: $0, name: name, dependsOn: lifted.siblings[name] ?? [])
                }
            }
        }
        let (order, circles) = DependencyOrder.of(
            kinds.keys.filter { groupOf[$0] == nil }.sorted(), needs: lifted.siblings)
        for circle in circles { add(circle, causes: lifted.causes(of: circle)) }
        return SupervisionConfiguration(
            policy: policy, root: members(order),
            groups: groups.sorted { $0.name < $1.name }.map { group in
                let isFixed = group.policy.strategy == .restForOne
                return GroupConfiguration(
                    name: group.name, policy: group.policy, backoff: group.backoff ?? RestartBackoff(),
                    members: members(
                        isFixed ? group.members : DependencyOrder.of(group.members, needs: lifted.siblings).order))
            })
    }

    private func policy(in section: SettingReader) -> SupervisionPolicy? {
        guard let strategy: SupervisionPolicy.Strategy = section.choice("strategy"),
            let maxRestarts = section.integer("max_restarts"), let within = section.duration("within"),
            let onExhausted: SupervisionPolicy.Exhaustion = section.choice("on_exhausted")
        else { return nil }
        return SupervisionPolicy(
            strategy: strategy, maxRestarts: Int(maxRestarts), within: within, onExhausted: onExhausted)
    }

    /// In the file's order; each child is in the first group that names it. Without those whose name is taken.
    private mutating func groups(in section: SettingReader, services: [String], loops: [String]) -> [DeclaredGroup] {
        let entries = section.entries("groups")
        let names = Set(entries.map(\.name))
        let known = Set(services + loops)
        var groupOf: [String: String] = [:]
        return entries.compactMap { name, section in
            if known.contains(name) {
                problems.add(
                    "a \(loops.contains(name) ? "loop" : "service") has this name already", at: section.node.origin,
                    key: section.path, hint: "services, loops and groups need names of their own")
            }
            var members: [String] = []
            for (index, item) in (section.node["services"]?.items ?? []).enumerated() {
                guard let child = item.text else { continue }
                let key = "\(section.path(of: "services"))[\(index)]"
                if let other = groupOf[child] {
                    let place = other == name ? "twice in this group" : "in the group '\(other)' too"
                    problems.add("'\(child)' is \(place)", at: item.origin, key: key, hint: "keep one of them")
                } else if known.contains(child) {
                    groupOf[child] = name
                    members.append(child)
                } else if names.contains(child) {
                    problems.add(
                        "'\(child)' is a group, and groups hold services and loops only", at: item.origin, key: key)
                } else {
                    unknown("service or loop", child, among: known, at: item.origin, key: key)
                }
            }
            let backoff = backoff(in: section)
            guard !known.contains(name) else { return nil }
            return policy(in: section).map { DeclaredGroup(name: name, policy: $0, backoff: backoff, members: members) }
        }
    }

    private mutating func checkOrder(of group: DeclaredGroup, lifted: LiftedDependencies) {
        let place = Dictionary(group.members.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        for name in group.members {
            for need in lifted.siblings[name] ?? [] where place[need] ?? 0 > place[name] ?? 0 {
                let (origin, key) = dependency(of: name, on: need)
                problems.add(
                    "'\(need)' starts after '\(name)' in the rest-for-one group '\(group.name)'", at: origin, key: key,
                    hint: "name '\(need)' before '\(name)' in supervision.groups.\(group.name).services")
            }
        }
    }

    private mutating func add(_ circle: [String], causes: [LiftedDependencies.Cause]) {
        guard let first = causes.first else { return }
        let (origin, key) = dependency(of: first.child, on: first.need)
        let reasons = causes.map { "\($0.child) depends on \($0.need)" }.joined(separator: ", ")
        problems.add(
            "groups wait for each other: \((circle + circle.prefix(1)).joined(separator: " → ")) (\(reasons))",
            at: origin, key: key, hint: "put these services in one group")
    }

    /// Where a dependency stands in the file.
    private func dependency(of service: String, on need: String) -> (origin: ValueOrigin, key: String) {
        let section = root.section("services")?.section(service)
        let items = section?.node["depends_on"]?.items ?? []
        let path = section?.path(of: "depends_on") ?? ""
        guard let index = items.firstIndex(where: { $0.text == need }) else {
            return (section?.origin(of: "depends_on") ?? root.node.origin, path)
        }
        return (items[index].origin, "\(path)[\(index)]")
    }
}
