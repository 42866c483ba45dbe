/// What happened to supervised children.
public enum ServiceEvent: Sendable, Equatable {
    /// With its process, for a command.
    case starting(service: String, pid: Int32?)
    case ready(service: String, after: Duration)
    case notReady(service: String, reason: String)
    /// It runs, and something is wrong with it.
    case degraded(service: String, reason: String)
    case recovered(service: String)
    case exited(service: String, status: String, after: Duration)
    case backingOff(service: String, delay: Duration, restarts: Int)
    case restarting(service: String, reason: RestartReason)
    case stopping(service: String)
    /// With the time since it was asked; nil when there was nothing to stop.
    case stopped(service: String, after: Duration?)
    /// It had to be killed at its stop deadline.
    case killed(service: String)
    /// It did not end at all and still runs; with its place, if that is known.
    case abandoned(service: String, after: Duration, standing: String?)
    /// A supervisor saw more restarts than its policy allows.
    case exhausted(supervisor: String, reason: String)

    public enum RestartReason: String, Sendable, Hashable, CaseIterable {
        case exit, crash, readiness, silence, asked
        /// With the sibling that failed.
        case sibling
    }
}
