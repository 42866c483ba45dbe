/// Where a job stands. `docs/lifecycle.md` draws every edge; ``canBecome(_:)`` is the only table of them in code.
public enum JobState: String, Sendable, Hashable, CaseIterable {
    /// Waits for other jobs.
    case pending
    /// Waits for its time.
    case scheduled
    /// Waits for a worker.
    case available
    /// Held by one attempt, under its token.
    case running
    /// Failed, and waits for its next attempt.
    case retryable
    case completed
    case cancelled
    /// Failed for good; kept as a dead letter until its retention ends.
    case discarded

    public var isFinal: Bool { self == .completed || self == .cancelled || self == .discarded }

    /// Counts against a queue's limit.
    public var isWaiting: Bool { !isFinal && self != .running }

    /// The legal transitions, and nothing else.
    public func canBecome(_ next: JobState) -> Bool {
        switch self {
        case .pending: [.available, .scheduled, .cancelled].contains(next)
        case .scheduled: [.available, .cancelled].contains(next)
        case .retryable: [.available, .scheduled, .cancelled].contains(next)
        case .available: [.running, .scheduled, .cancelled].contains(next)
        case .running: [.completed, .cancelled, .discarded, .retryable, .scheduled, .available].contains(next)
        case .cancelled, .discarded: next == .available
        case .completed: false
        }
    }
}
