/// A head start in time: a job is overtaken only by jobs that became available within the head start after it, so that
/// no priority starves another.
public enum JobPriority: String, Sendable, Hashable, CaseIterable {
    case critical, high, normal, low

    public var headStart: Duration { .microseconds(headStartMicroseconds) }

    private var headStartMicroseconds: Int64 {
        switch self {
        case .critical: 600_000_000
        case .high: 120_000_000
        case .normal: 0
        case .low: -120_000_000
        }
    }

    /// The order in which a queue hands out jobs: smaller first.
    public func rank(availableAt time: Timestamp) -> Int64 {
        time.microseconds.saturatingAdd(-headStartMicroseconds)
    }
}
