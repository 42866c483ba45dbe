/// How the turns of a loop are done.
protocol TurnRunner: Sendable {
    /// What a turn gets beyond its patience until it counts as a zombie.
    var margin: Duration { get }

    /// Begins a turn and returns at once; `ended` is called exactly once, from any thread, when nothing of it runs.
    func begin(_ context: LoopContext, ended: @escaping @Sendable (TurnEnd) -> Void) -> any RunningTurn
}

/// A turn, from outside; no call blocks.
protocol RunningTurn: Sendable {
    /// For a command that runs.
    var pid: Int32? { get }

    /// Later calls can only bring the end forward.
    func cancel(signal: Int32, grace: Duration)
}
