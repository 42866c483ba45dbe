/// What the timers of the process did since it started.
public struct TimerStatistics: Sendable, Hashable {
    /// Neither fired nor cancelled yet.
    public internal(set) var pending = 0
    public internal(set) var fired = 0
    /// How often the thread woke up; an idle process adds none.
    public internal(set) var wakes = 0
    /// The longest that a timer had to wait after its deadline, one that still waits included.
    ///
    /// More than a few milliseconds: an action blocked the thread, or the machine was too busy or asleep.
    public internal(set) var worstLateness = Duration.zero

    mutating func note(_ lateness: Duration) { worstLateness = max(worstLateness, lateness) }
}
