import MainspringCore
import MainspringJobs
import MainspringRuntime

extension JobAttempt {
    /// As a leaf of the tree.
    func status(at now: Timestamp) -> ChildStatus {
        var status = ChildStatus(
            name: displayName, kind: .job, state: .running, isReady: true, since: startedAt, startedAt: startedAt,
            detail: laggard(at: now).standing)
        guard isZombie else { return status }
        status.state = .failed
        status.isReady = false
        status.detail = "a zombie: told to end, settled without it, and still runs; \(status.detail ?? "")"
        return status
    }
}
