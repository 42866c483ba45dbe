public import MainspringRuntime

/// A command that this node runs again and again; nothing of it is stored.
public struct LoopConfiguration: Sendable, Equatable {
    /// Unique among services, loops and groups.
    public var name: String
    /// One turn.
    public var command: CommandSpec
    /// Its patience is the stop's timeout.
    public var spec: LoopSpec
    public var restart: ChildSpec.Restart
    public var backoff: RestartBackoff
    public var stop: StopPolicy

    /// For its supervisor; a loop depends on nothing.
    public var child: ChildSpec {
        ChildSpec(name: name, kind: .loop, restart: restart, backoff: backoff, stop: stop)
    }
}

extension LoopSpec.Pacing {
    static let words: [(word: String, value: LoopSpec.Pacing)] = [("rate", .fixedRate), ("delay", .fixedDelay)]
}

extension LoopSpec.Overlap {
    static let words: [(word: String, value: LoopSpec.Overlap)] = [
        ("skip", .skip), ("queue", .queue()), ("allow", .allow()),
    ]
}

extension LoopSpec.First {
    static let words: [(word: String, value: LoopSpec.First)] = [("now", .now), ("later", .afterInterval)]
}
