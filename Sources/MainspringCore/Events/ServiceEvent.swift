/// What happened to supervised services.
public enum ServiceEvent: Sendable, Equatable {
    case starting(service: String, pid: Int32)
    case ready(service: String, after: Duration)
    case notReady(service: String, reason: String)
    case exited(service: String, status: String, after: Duration)
    case backingOff(service: String, delay: Duration, restarts: Int)
    case restarting(service: String, reason: RestartReason)
    case stopping(service: String)
    case stopped(service: String)
    /// It had to be killed at its stop deadline.
    case killed(service: String)

    public enum RestartReason: String, Sendable, Hashable, CaseIterable {
        case exit, crash, readiness, asked
    }
}
