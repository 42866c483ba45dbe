/// A service that is a command.
public struct ServiceSpec: Sendable, Equatable {
    public typealias Restart = ChildSpec.Restart

    public var name: String
    public var command: CommandSpec
    public var restart: Restart
    public var backoff: RestartBackoff
    public var readiness: Readiness
    /// Services that must be ready before this one starts, and that stop after it.
    public var dependsOn: [String]
    public var stop: StopPolicy

    public init(
        name: String, command: CommandSpec, restart: Restart = .always, backoff: RestartBackoff = RestartBackoff(),
        readiness: Readiness = Readiness(), dependsOn: [String] = [], stop: StopPolicy = StopPolicy()
    ) {
        self.name = name
        self.command = command
        self.restart = restart
        self.backoff = backoff
        self.readiness = readiness
        self.dependsOn = dependsOn
        self.stop = stop
    }

    var child: ChildSpec {
        ChildSpec(
            name: name, kind: .command, restart: restart, backoff: backoff, readiness: readiness, dependsOn: dependsOn,
            stop: stop)
    }
}
