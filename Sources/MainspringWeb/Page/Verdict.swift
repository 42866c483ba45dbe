import MainspringCore
import MainspringJobs
import MainspringRuntime
import MainspringStore

/// The node's condition in one sentence.
struct Verdict: Sendable, Equatable {
    enum Level: String, Sendable {
        case good, busy, bad
    }

    let level: Level
    let sentence: String

    /// `queues` nil: the store did not answer.
    init(phase: NodePhase, readiness: ReadinessReport, queues: [QueueStatus]?, failover: FailoverStatus? = nil) {
        let failing = readiness.checks.filter { !$0.isOK }
        let reasons = failing.map(Self.reason).joined(separator: "; ")
        switch phase {
        case .starting:
            level = .busy
            sentence = reasons.isEmpty ? "Starting." : "Starting: \(reasons)."
        case .draining:
            level = .busy
            let busy = queues?.map(\.busy).reduce(0, +) ?? 0
            sentence =
                "Stopping: no new jobs; \(busy == 0 ? "nothing runs any more" : "\(Self.jobs(busy)) still run\(busy == 1 ? "s" : "")")."
        case .stopped:
            level = .busy
            sentence = "Stopped."
        case .running where readiness.isReady && failover?.state == .spooling:
            level = .busy
            sentence = "Taking jobs in; the store is away."
        case .running:
            guard readiness.isReady, let queues else {
                level = queues == nil || failing.contains { $0.name == "store" } ? .bad : .busy
                sentence = "Degraded: \(reasons.isEmpty ? "the store does not answer" : reasons)."
                return
            }
            level = .good
            sentence = "Ready: \(Self.work(in: queues))."
        }
    }

    private static func work(in queues: [QueueStatus]) -> String {
        let busy = queues.map(\.busy).reduce(0, +)
        let waiting = queues.map { $0.summary.counts[.available] ?? 0 }.reduce(0, +)
        let paused = queues.filter(\.summary.isPaused).map(\.summary.name)
        let now = busy == 0 ? "nothing runs" : "\(jobs(busy)) run\(busy == 1 ? "s" : "")"
        let next = waiting == 0 ? "none waits" : "\(Shown.grouped(waiting)) wait\(waiting == 1 ? "s" : "") for a worker"
        let held = paused.isEmpty ? "" : "; paused: \(paused.joined(separator: ", "))"
        return busy == 0 && waiting == 0 ? "nothing to do\(held)" : "\(now), \(next)\(held)"
    }

    private static func jobs(_ count: Int) -> String { count == 1 ? "1 job" : "\(Shown.grouped(count)) jobs" }

    /// `poller is backing off`, whatever of the name the detail repeats.
    private static func reason(_ check: ReadinessReport.Check) -> String {
        guard let detail = check.detail.map(withoutStop) else { return "\(check.name) is not ready" }
        guard check.name.hasPrefix("service:") else { return detail }
        let service = check.name.dropFirst("service:".count)
        return detail.contains(service) ? detail : "service \(service) is \(detail)"
    }

    private static func withoutStop(_ text: String) -> String { text.hasSuffix(".") ? String(text.dropLast()) : text }
}
