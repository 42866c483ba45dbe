/// How one attempt ended, as its executor saw it. What becomes of the job is ``Settlement``'s decision.
public enum JobOutcome: Sendable, Equatable {
    /// The result is JSON text, or nil when the kind declares none.
    case success(result: String?)
    case failure(JobFailure)
    case timeout(JobFailure)
    case cancelled
    /// Not now: the job waits, and no attempt is used. Nil leaves the delay to the retry policy.
    case snoozed(Duration?)
    /// Cut by the node's shutdown: the job goes back, and no attempt is used.
    case interrupted
    /// Never again.
    case discarded(JobFailure)

    public enum Name: String, Sendable, Hashable, CaseIterable {
        case success, failure, timeout, cancelled, snoozed, interrupted, discarded
    }

    public var name: Name {
        switch self {
        case .success: .success
        case .failure: .failure
        case .timeout: .timeout
        case .cancelled: .cancelled
        case .snoozed: .snoozed
        case .interrupted: .interrupted
        case .discarded: .discarded
        }
    }
}
