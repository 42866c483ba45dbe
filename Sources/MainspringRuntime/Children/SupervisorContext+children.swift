/// What can be supervised.
extension SupervisorContext {
    /// A child that is a command.
    public func child(_ spec: ServiceSpec, spawner: any ProcessSpawner) -> Supervisor.Child {
        Supervisor.Child(
            spec.child,
            CommandSource(spec.command, spawner: spawner, log: logs?.log(of: spec.name), executor: executor))
    }

    /// A child that is a Swift closure.
    public func child(_ spec: ChildSpec, body: @escaping ServiceBody) -> Supervisor.Child {
        Supervisor.Child(spec, TaskSource(site: spec.site, time: time, logger: logger, lane: lane, body: body))
    }

    /// A child that is a supervisor with children of its own. It is ready once all of them have been, however long that
    /// takes: they have start deadlines of their own.
    public func child(_ spec: ChildSpec, policy: SupervisionPolicy, children: [Supervisor.Child]) -> Supervisor.Child {
        var spec = spec
        spec.kind = .group
        spec.readiness.check = .reported
        return Supervisor.Child(spec, GroupSource(policy: policy, children: children, context: self))
    }
}
