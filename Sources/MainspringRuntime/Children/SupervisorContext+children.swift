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
        Supervisor.Child(spec, TaskSource(self, site: spec.site, body: body))
    }

    /// A child that does the same again and again.
    public func child(_ spec: ChildSpec, loop: LoopSpec, body: @escaping LoopSource.Body) -> Supervisor.Child {
        Supervisor.Child(
            spec,
            LoopSource(
                loop, time: time, sink: sink, logger: logger, random: random, resources: resources, site: spec.site,
                body: body))
    }

    /// A child that is a supervisor with children of its own.
    public func child(_ spec: ChildSpec, policy: SupervisionPolicy, children: [Supervisor.Child]) -> Supervisor.Child {
        Supervisor.Child(spec, GroupSource(policy: policy, children: children, context: self))
    }
}
