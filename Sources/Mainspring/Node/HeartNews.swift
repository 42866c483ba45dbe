import Logging
import MainspringCore
import MainspringRuntime

/// What the log and systemd hear of the concurrency pool.
struct HeartNews: Sendable {
    let logger: Logger
    let notifier: SystemdNotifier

    func tell(_ report: LivenessReport, before: LivenessReport.State) {
        let metadata: Logger.Metadata = ["pool.unanswered": "\(report.unanswered.text)"]
        switch (before, report.state) {
        case (_, .wedged):
            logger.error(
                "The concurrency pool does not answer: something blocks its threads; /livez is 503", metadata: metadata)
            notifier.status("wedged: the concurrency pool does not answer")
        case (.wedged, _):
            logger.notice("The concurrency pool answers again", metadata: metadata)
            notifier.status("running again, after the concurrency pool did not answer")
        default: logger.debug("The concurrency pool is \(report.state.rawValue)", metadata: metadata)
        }
    }
}
