/// What ``PoolHeart`` expects of the concurrency pool.
public struct HeartPolicy: Sendable, Hashable {
    /// The pool is asked this often, unless it still owes the last answer, and its parts for low priority every fourth time;
    /// the default is 1 s.
    public var interval: Duration
    /// An answer owed for longer means busy; the default is 500 ms.
    public var warn: Duration
    /// An answer owed for this long means wedged; the default is 10 s, a probe's usual period.
    public var wedged: Duration
    /// A beat that is later than this shows that the process itself did not run; the default is 250 ms.
    public var tolerance: Duration

    public init(
        interval: Duration = .seconds(1), warn: Duration = .milliseconds(500), wedged: Duration = .seconds(10),
        tolerance: Duration = .milliseconds(250)
    ) {
        self.interval = interval
        self.warn = warn
        self.wedged = wedged
        self.tolerance = tolerance
    }
}
