extension SupervisorContext {
    /// A command that runs until it is stopped.
    public func child(_ spec: ServiceSpec, spawner: any ProcessSpawner) -> Supervisor.Child {
        Supervisor.Child(
            spec.child,
            CommandSource(spec.command, spawner: spawner, log: logs.log(of: spec.name), executor: executor))
    }

    /// A Swift closure that runs until it is stopped.
    public func child(_ spec: ChildSpec, body: @escaping ServiceBody) -> Supervisor.Child {
        Supervisor.Child(spec, TaskSource(self, spec: spec, body: body))
    }

    /// A command that is run again and again.
    public func child(
        _ spec: ChildSpec, loop: LoopSpec, command: CommandSpec, spawner: any ProcessSpawner
    ) -> Supervisor.Child {
        let turns = CommandTurns(command: command, spawner: spawner, logs: logs, tracer: nil, executor: executor)
        return child(spec, loop, turns)
    }

    /// A Swift closure that is called again and again.
    public func child(_ spec: ChildSpec, loop: LoopSpec, body: @escaping LoopSource.Body) -> Supervisor.Child {
        child(spec, loop, ClosureTurns(body: body, tracer: nil, lane: lane.run))
    }

    private func child(_ spec: ChildSpec, _ loop: LoopSpec, _ turns: any TurnRunner) -> Supervisor.Child {
        Supervisor.Child(
            spec,
            LoopSource(
                loop, runner: turns, zombies: zombies, time: time, sink: sink, logger: logger, random: random,
                resources: resources,
                site: spec.site))
    }

    /// A supervisor with children of its own: ready once all of them have been, and stopped in as much time as its longest
    /// chain of them may take.
    ///
    /// Its `backoff` is for restarts after it escalated.
    public func group(
        _ name: String, policy: SupervisionPolicy, dependsOn: [String] = [], backoff: RestartBackoff = RestartBackoff(),
        site: SourceSite? = nil, children: [Supervisor.Child]
    ) -> Supervisor.Child {
        let time = StopTime.longest(of: children.map(\.spec), strategy: policy.strategy)
        let spec = ChildSpec(
            name: name, kind: .group, backoff: backoff,
            dependsOn: dependsOn, stop: StopPolicy(timeout: time, drain: time), site: site)
        return child(spec, policy: policy, children: children)
    }

    func child(_ spec: ChildSpec, policy: SupervisionPolicy, children: [Supervisor.Child]) -> Supervisor.Child {
        var spec = spec
        spec.kind = .group
        // It takes however long its children take: they have start deadlines of their own.
        spec.readiness.check = .reported
        return Supervisor.Child(spec, GroupSource(policy: policy, children: children, context: self))
    }
}
