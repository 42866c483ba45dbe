/// A pool at one moment, and what it did since it was made.
public struct BlockingPoolStatistics: Sendable, Hashable {
    public internal(set) var threads = 0
    /// Threads that do some work.
    public internal(set) var busy = 0
    /// Work that has no thread yet.
    public internal(set) var waiting = 0
    /// Work that was done, whether it returned or threw.
    public internal(set) var completed = 0
    /// Work that was taken out before it began.
    public internal(set) var cancelled = 0
    /// Work that was turned away: no room, no thread, or closed.
    public internal(set) var refused = 0
    /// How long completed work waited for a thread, in all.
    public internal(set) var waited = Duration.zero
    /// How long completed work took, in all.
    public internal(set) var ran = Duration.zero
}
