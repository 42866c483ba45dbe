/// What a loop has done since it was declared, in all of its lives.
public struct LoopStatistics: Sendable, Hashable {
    /// That began.
    public var turns = 0
    public var failures = 0
    public var timeouts = 0
    /// Due, and not begun, because of earlier turns.
    public var skipped = 0
    /// Due while the machine or the process stood still.
    public var missed = 0
    /// Turns that hang now.
    public var zombies = 0
    /// Of the turn that ended last.
    public var lastDuration: Duration?
    /// Of the turn that began last.
    public var lastLateness: Duration?

    public init() {}
}
