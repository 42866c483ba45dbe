import MainspringCore
import MainspringJobs
import MainspringRuntime
import MainspringStore
import MainspringTelemetry

/// The gauges, read when somebody asks.
enum MetricsSnapshot {
    static func text(_ context: WebContext) async -> String {
        typealias Catalog = MetricsCatalog
        // Counters need no store: when it fails, they are told without the queues.
        let queues = try? await context.jobs.queues()
        let failover = context.failover()
        let isStoreUp =
            queues != nil && failover?.state != .spooling
            && context.inspector.readiness().checks.allSatisfy { $0.name != "store" || $0.isOK }
        var samples = [
            MetricSample(Catalog.buildInfo, [context.version], value: 1),
            MetricSample(Catalog.storeUp, [context.storeName], value: isStoreUp ? 1 : 0),
            MetricSample(Catalog.zombies, value: Double(context.control.zombies)),
            MetricSample(Catalog.leader, value: context.control.isLeading ? 1 : 0),
        ]
        samples += gauges(of: failover, now: context.time.now())
        if let nodes = try? await context.jobs.nodes() {
            samples.append(MetricSample(Catalog.nodes, value: Double(nodes.count)))
        }
        for service in context.services.services() {
            let isUp = service.state == .running && service.isReady
            samples.append(
                MetricSample(Catalog.serviceUp, [context.metrics.serviceLabel(service.name)], value: isUp ? 1 : 0))
        }
        let now = context.time.now()
        for queue in queues ?? [] {
            samples += gauges(of: queue, label: context.metrics.queueLabel(queue.summary.name), now: now)
        }
        return context.metrics.text(gauges: samples)
    }

    /// Zeros for a store that needs no spool, so that a board shows the same rows.
    private static func gauges(of failover: FailoverStatus?, now: Timestamp) -> [MetricSample] {
        typealias Catalog = MetricsCatalog
        let spool = failover?.spool ?? SpoolTally()
        let oldest = spool.oldestAt.map { max(0, (now - $0).inSeconds) } ?? 0
        return [
            MetricSample(Catalog.failoverState, value: Double(failover?.state.number ?? 0)),
            MetricSample(Catalog.spoolJobs, value: Double(spool.jobs)),
            MetricSample(Catalog.spoolBytes, value: Double(spool.bytes)),
            MetricSample(Catalog.spoolOldest, value: oldest),
            MetricSample(Catalog.spoolConflicts, value: Double(failover?.conflicts ?? 0)),
            // Beside those that workers met.
            MetricSample(Catalog.staleWrites, value: Double(failover?.stale ?? 0)),
        ]
    }

    private static func gauges(of queue: QueueStatus, label: String, now: Timestamp) -> [MetricSample] {
        typealias Catalog = MetricsCatalog
        let summary = queue.summary
        let oldest = summary.oldestAvailableAt.map { max(0, (now - $0).inSeconds) } ?? 0
        var samples = JobState.allCases.map {
            MetricSample(Catalog.queueJobs, [label, $0.rawValue], value: Double(summary.counts[$0] ?? 0))
        }
        samples.append(MetricSample(Catalog.queueParked, [label], value: Double(summary.parked)))
        samples.append(MetricSample(Catalog.queueOldest, [label], value: oldest))
        samples.append(MetricSample(Catalog.queuePaused, [label], value: summary.isPaused ? 1 : 0))
        if let options = queue.options {
            let slots = [
                "busy": queue.busy - queue.zombies, "zombie": queue.zombies, "free": options.workers - queue.busy,
            ]
            samples += slots.map { MetricSample(Catalog.workers, [label, $0.key], value: Double(max(0, $0.value))) }
        }
        return samples
    }
}

extension FailoverStatus.State {
    fileprivate var number: Int {
        switch self {
        case .primary: 0
        case .spooling: 1
        case .draining: 2
        }
    }
}
