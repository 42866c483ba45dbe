import Logging
import MainspringCore

extension ServiceEvent {
    /// Writes the event as one structured log line; what a person should look at is a warning.
    func log(to logger: Logger) {
        switch self {
        case .starting(let service, let pid):
            var metadata: Logger.Metadata = ["service": "\(service)"]
            if let pid { metadata["pid"] = "\(pid)" }
            logger.info("service starting", metadata: metadata)
        case .ready(let service, let after):
            logger.info("service ready", metadata: ["service": "\(service)", "after": "\(after.text)"])
        case .notReady(let service, let reason):
            logger.warning("service not ready", metadata: ["service": "\(service)", "reason": "\(reason.printable)"])
        case .exited(let service, let status, let after):
            logger.info(
                "service exited", metadata: ["service": "\(service)", "status": "\(status)", "after": "\(after.text)"])
        case .backingOff(let service, let delay, let restarts):
            logger.warning(
                "service backing off",
                metadata: ["service": "\(service)", "delay": "\(delay.text)", "restarts": "\(restarts)"])
        case .restarting(let service, let reason):
            logger.info("service restarting", metadata: ["service": "\(service)", "reason": "\(reason.rawValue)"])
        case .stopping(let service): logger.info("service stopping", metadata: ["service": "\(service)"])
        case .stopped(let service, let after):
            var metadata: Logger.Metadata = ["service": "\(service)"]
            if let after { metadata["after"] = "\(after.text)" }
            logger.info("service stopped", metadata: metadata)
        case .degraded(let service, let reason):
            logger.warning("service degraded", metadata: ["service": "\(service)", "reason": "\(reason.printable)"])
        case .recovered(let service): logger.info("service recovered", metadata: ["service": "\(service)"])
        case .abandoned(let service, let after, let standing):
            var metadata: Logger.Metadata = ["service": "\(service)", "after": "\(after.text)"]
            if let standing { metadata["standing"] = "\(standing.printable)" }
            logger.error("service did not end and was given up on", metadata: metadata)
        case .exhausted(let supervisor, let reason):
            logger.error(
                "too many restarts", metadata: ["supervisor": "\(supervisor)", "reason": "\(reason.printable)"])
        case .killed(let service):
            logger.warning("service killed at its stop deadline", metadata: ["service": "\(service)"])
        }
    }
}
