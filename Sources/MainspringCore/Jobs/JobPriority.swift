/// A head start in time: a job is overtaken only by jobs that became available within the head start after it, so that
/// no priority starves another.
public enum JobPriority: String, Sendable, Hashable, CaseIterable {
    case critical, high, normal, low

    public var headStart: Duration {
        switch self {
        case .critical: .seconds(600)
        case .high: .seconds(120)
        case .normal: .zero
        case .low: .seconds(-120)
        }
    }

    /// The order in which a queue hands out jobs: smaller first.
    public func rank(availableAt time: Timestamp) -> Int64 {
        (time - headStart).microseconds
    }
}
