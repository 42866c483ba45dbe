import Logging
import MainspringCore

extension ServiceEvent {
    /// Writes the event as one structured log line; what a person should look at is a warning.
    func log(to logger: Logger) {
        switch self {
        case .starting(let service, let pid):
            logger.info("service starting", metadata: ["service": "\(service)", "pid": "\(pid)"])
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
        case .stopped(let service): logger.info("service stopped", metadata: ["service": "\(service)"])
        case .killed(let service):
            logger.warning("service killed at its stop deadline", metadata: ["service": "\(service)"])
        }
    }
}
