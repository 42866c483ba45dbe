import MainspringCore
import Synchronization

// How children are looked at, changed, added and removed while the supervisor runs, at any depth.
extension Supervisor: ServiceControl {
    /// The children in start order, each with what is below it.
    public func tree() -> [ChildStatus] {
        let wall = context.time.now()
        let now = context.time.monotonic()
        let statuses = pump.read { $0.statuses(wall: wall, now: now) }
        let lives = holdings.withLock { $0.lives }
        return statuses.map { status in
            guard let life = lives[status.name]?.life else { return status }
            var status = status
            status.children = life.children()
            let missing = status.children.filter { !$0.isReady }.map(\.name)
            if !missing.isEmpty, status.isReady {
                status.isReady = false
                status.state = .degraded
                status.detail = "not ready: \(missing.joined(separator: ", "))"
            }
            return status
        }
    }

    /// Children that have something to stop, in start order.
    public func running() -> [String] {
        pump.read { machine in
            machine.ordered().compactMap { machine.slots[$0].isAlive ? machine.slots[$0].spec.name : nil }
        }
    }

    public func logTail(of name: String, lines: Int) throws -> [String] {
        let (_, child) = try owner(of: name)
        return context.logs[child]?.tail(lines) ?? []
    }

    /// One check, `service:NAME`, for each child that is not ready; one that ended well for good counts as ready.
    public func readinessChecks() -> [ReadinessReport.Check] {
        services().filter { !$0.isReady }.map {
            ReadinessReport.Check(name: "service:\($0.name)", isOK: false, detail: $0.detail ?? $0.state.rawValue)
        }
    }

    /// Adds a child, and starts it once all that it depends on are ready.
    ///
    /// Throws `configuration` when the name is taken or a dependency is not there, `draining` when the supervisor stops.
    public func add(_ child: Child) throws {
        let spec = child.spec
        try holdings.withLock { holdings in
            guard holdings.sources[spec.name] == nil else {
                throw MainspringError(
                    .configuration, "\(name) has a child named \(spec.name) already", hint: "Give it another name.")
            }
            if let missing = spec.dependsOn.first(where: { holdings.sources[$0] == nil }) {
                throw MainspringError(
                    .configuration, "\(spec.name) depends on \(missing), which \(name) does not have",
                    hint: "Add \(missing) first.")
            }
            try requireRunning(spec.name)
            holdings.sources[spec.name] = child.source
        }
        feed(.add(spec))
    }

    /// Puts a changed child in the place of the one that has its name or path: that is stopped by its stop policy, then the new
    /// one starts; what depends on it stays. One that was stopped by a person stays stopped.
    ///
    /// Throws as ``perform(_:on:)`` does.
    public func replace(_ path: String, by child: Child) throws {
        let (supervisor, name) = try owner(of: path)
        try supervisor.requireRunning(name)
        var spec = child.spec
        spec.name = name
        supervisor.holdings.withLock { $0.sources[name] = child.source }
        supervisor.feed(.replace(spec))
    }

    /// Stops a child by its stop policy, then forgets it, which frees its name.
    ///
    /// `done` is called once, on any thread: with false when the child did not end in its time; its name is free once it
    /// does. Throws `not_found`.
    public func remove(_ name: String, done: @escaping @Sendable (Bool) -> Void = { _ in }) throws {
        let (supervisor, child) = try owner(of: name)
        supervisor.holdings.withLock { $0.removalWaiters[child, default: []].append(done) }
        supervisor.feed(.remove(child))
    }

    /// Takes effect at once, or as soon as what is under way allows it; returns before that.
    ///
    /// Throws `not_found` with the nearest name, and `draining` when the supervisor stops.
    public func perform(_ command: ServiceCommand, on name: String) throws {
        let (supervisor, child) = try owner(of: name)
        try supervisor.requireRunning(name)
        supervisor.feed(.command(command, child))
    }

    /// The group of that name, at any depth. Throws `not_found`, also while the group itself does not run.
    public func group(_ name: String) throws -> Supervisor {
        let (supervisor, child) = try owner(of: name)
        guard let group = supervisor.life(child) as? any SupervisingLife else { throw MainspringError.noService(name, among: []) }
        return group.supervisor
    }

    /// Who has the child of that name, or of that path: `workers/feed`.
    private func owner(of path: String) throws -> (Supervisor, String) {
        if let found = find(path) { return found }
        throw MainspringError.noService(path, among: Self.names(tree()))
    }

    private func find(_ path: String) -> (Supervisor, String)? {
        guard holdings.withLock({ $0.sources[path] == nil }) else { return (self, path) }
        let groups = pump.read { machine in
            machine.ordered().filter { machine.slots[$0].spec.kind == .group }.map { machine.slots[$0].spec.name }
        }
        for name in groups {
            guard let group = life(name) as? any SupervisingLife else { continue }
            let rest = path.hasPrefix("\(name)/") ? String(path.dropFirst(name.count + 1)) : path
            if let found = group.supervisor.find(rest) { return found }
        }
        return nil
    }

    private static func names(_ nodes: [ChildStatus]) -> [String] { nodes.flatMap { [$0.name] + names($0.children) } }

    private func requireRunning(_ child: String) throws {
        guard pump.read(\.isStopping) else { return }
        throw MainspringError(.draining, "\(name) is stopping, so \(child) is left as it is")
    }
}

/// The life of a child that is a supervisor itself.
protocol SupervisingLife: ChildLife {
    var supervisor: Supervisor { get }
}

extension MainspringError {
    fileprivate static func noService(_ name: String, among names: [String]) -> MainspringError {
        let nearest = NearestName.of(name, among: names.sorted())
        return MainspringError(
            .notFound, "there is no service \(name)",
            hint: nearest.map { "Did you mean \($0)?" } ?? "`mainspring service ls` lists them.")
    }
}
