public import Logging
public import MainspringCore

/// What a turn of a loop knows and can say.
public struct LoopContext: Sendable {
    public let name: String
    /// The first is 1; numbers go on when the loop is restarted, and a turn that was skipped has none.
    public let turn: Int
    /// When the turn was due, its jitter included.
    public let scheduledAt: Timestamp
    /// By how much it began later than that.
    public let lateness: Duration
    private let run: LoopRun

    init(run: LoopRun, turn: Int, scheduledAt: Timestamp, lateness: Duration) {
        name = run.name
        self.run = run
        self.turn = turn
        self.scheduledAt = scheduledAt
        self.lateness = lateness
    }

    /// What was provided as this type; throws as ``Resources`` does.
    public subscript<Resource: Sendable>(type: Resource.Type, named name: String? = nil) -> Resource {
        get throws { try run.resources[type, named: name] }
    }

    /// Writes with the metadata `loop.name` and `loop.turn`.
    public var logger: Logger {
        var logger = run.logger
        logger[metadataKey: "loop.name"] = "\(name)"
        logger[metadataKey: "loop.turn"] = "\(turn)"
        return logger
    }

    /// True from the moment when the loop is to end, which is before the turn is cancelled where it has time to drain.
    public var isStopping: Bool { run.isStopping }

    /// A sign of life: a loop whose declared silence is shorter than a turn needs one. The place is shown when the turn
    /// is late.
    public func beat(file: String = #fileID, line: Int = #line) {
        run.beat(at: SourceSite(file: file, line: line))
    }
}
