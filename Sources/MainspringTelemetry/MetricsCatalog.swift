/// Every metric of this version, and nothing else: what is emitted, and `docs/metrics.md`, come from here.
public enum MetricsCatalog {
    // Counted from events.
    public static let jobs = Metric(
        "jobs_total", .counter, unit: "attempts", labels: ["kind", "outcome"],
        "Attempts that ended, by outcome. A waiting job that was cancelled counts as `cancelled`, an attempt whose node died as `interrupted`."
    )
    public static let enqueued = Metric(
        "enqueued_total", .counter, unit: "jobs", labels: ["kind"], "Jobs that were written.")
    public static let retries = Metric(
        "retries_total", .counter, unit: "attempts", "Failed attempts after which the job waits for another one.")
    public static let rescues = Metric(
        "rescues_total", .counter, unit: "jobs", "Jobs that were taken back from an owner that died.")
    public static let duplicates = Metric(
        "duplicates_total", .counter, unit: "requests",
        "Requests that were answered with the job that was already there.")
    public static let runSeconds = Metric(
        "job_run_seconds", .histogram, unit: "seconds", labels: ["kind"], "How long attempts ran.")
    public static let waitSeconds = Metric(
        "job_wait_seconds", .histogram, unit: "seconds", labels: ["queue"],
        "How long jobs waited for a worker, from the time they became available.")
    public static let scheduleLateness = Metric(
        "schedule_lateness_seconds", .histogram, unit: "seconds",
        "How long after its time a schedule's job was enqueued.")
    public static let scheduleMissed = Metric(
        "schedule_missed_total", .counter, unit: "instants",
        "Instants of a schedule that made no job: an earlier one was unfinished, the queue was full, or the store failed."
    )
    public static let staleWrites = Metric(
        "stale_writes_total", .counter, unit: "writes",
        "Ends, reports and children of attempts that were refused because their lease was lost.")
    public static let abandoned = Metric(
        "abandoned_total", .counter, unit: "attempts",
        "Attempts that were told to end and did not: they were settled without them, and their slots stay taken.")
    public static let restarts = Metric(
        "restarts_total", .counter, unit: "restarts", labels: ["service", "reason"],
        "Restarts of services: after an `exit` or a `crash`, without `readiness` in time, after `silence`, with a `sibling`, or when `asked`."
    )
    public static let stopSeconds = Metric(
        "service_stop_seconds", .histogram, unit: "seconds", labels: ["service"],
        "How long services took to stop, from the request to the end.")
    public static let loopTurns = Metric(
        "loop_turns_total", .counter, unit: "turns", labels: ["loop", "outcome"],
        "Turns of loops by outcome; a turn that timed out counts when it does, all others at their end.")
    public static let loopTurnSeconds = Metric(
        "loop_turn_seconds", .histogram, unit: "seconds", labels: ["loop"], "How long turns ran.")
    public static let loopLateness = Metric(
        "loop_lateness_seconds", .histogram, unit: "seconds", labels: ["loop"],
        "How long after its time a turn began.")
    public static let loopSkipped = Metric(
        "loop_skipped_total", .counter, unit: "turns", labels: ["loop", "reason"],
        "Turns that were due and did not take place: an earlier one was `running` or hung (`zombie`), too many waited or ran (`full`), their time was `missed`, or the loop was `stopping`."
    )

    // Read from snapshots at each scrape.
    public static let queueJobs = Metric(
        "queue_jobs", .gauge, unit: "jobs", labels: ["queue", "state"], "Jobs that the store holds, by state.")
    public static let queueOldest = Metric(
        "queue_oldest_seconds", .gauge, unit: "seconds", labels: ["queue"],
        "How long the oldest available job has been waiting; 0 when none waits.")
    public static let queuePaused = Metric(
        "queue_paused", .gauge, labels: ["queue"], "1 while the queue hands out no jobs.")
    public static let queueParked = Metric(
        "queue_parked", .gauge, unit: "jobs", labels: ["queue"],
        "Of the available jobs, those that no live node can run: their kind or its version is unknown.")
    public static let workers = Metric(
        "workers", .gauge, unit: "slots", labels: ["queue", "state"],
        "This node's slots: `free`, `busy`, or `zombie` while a job keeps one that was settled without it.")
    public static let nodes = Metric("nodes", .gauge, unit: "nodes", "Live nodes of the store.")
    public static let leader = Metric(
        "leader", .gauge, "1 while this node promotes, fires and reclaims for all nodes of the store.")
    public static let serviceUp = Metric(
        "service_up", .gauge, labels: ["service"], "1 while the service runs and is ready.")
    public static let zombies = Metric(
        "zombies", .gauge, unit: "operations",
        "What was given up and still runs: jobs, turns of loops, and other operations.")
    public static let storeUp = Metric("store_up", .gauge, labels: ["store"], "1 while the store takes steps.")
    public static let failoverState = Metric(
        "failover_state", .gauge,
        "Where new jobs go: 0 to the store, 1 to the spool because the store is away, 2 behind what is drained from the spool."
    )
    public static let spoolJobs = Metric(
        "spool_jobs", .gauge, unit: "jobs", "Jobs that wait in this node's spool for the store.")
    public static let spoolBytes = Metric(
        "spool_bytes", .gauge, unit: "bytes", "What they and the spooled ends of attempts take.")
    public static let spoolOldest = Metric(
        "spool_oldest_seconds", .gauge, unit: "seconds",
        "How long the oldest of them has been waiting; 0 when none does.")
    public static let spoolConflicts = Metric(
        "spool_conflicts_total", .counter, unit: "jobs",
        "Spooled jobs that ended as an alias of another one with their unique key, or whose id was taken.")
    public static let storeOps = Metric(
        "store_op_seconds", .histogram, unit: "seconds", labels: ["store", "op"], buckets: stepBuckets,
        "How long the store took for its steps, also for those that failed.")
    public static let buildInfo = Metric("build_info", .gauge, labels: ["version"], "Always 1.")

    public static let all: [Metric] = [
        jobs, enqueued, retries, rescues, duplicates, abandoned, runSeconds, waitSeconds, queueJobs, queueParked,
        queueOldest, queuePaused, workers, nodes, leader,
        scheduleLateness, scheduleMissed, loopTurns, loopTurnSeconds, loopLateness, loopSkipped, restarts, stopSeconds,
        serviceUp,
        zombies, storeUp, storeOps, failoverState, spoolJobs, spoolBytes, spoolOldest, spoolConflicts, staleWrites,
        buildInfo,
    ]

    /// Upper bounds in seconds of most histograms.
    public static let buckets: [Double] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

    /// Those of what takes microseconds.
    static let stepBuckets: [Double] = [
        0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5,
    ]

    /// The text of `docs/metrics.md`.
    public static var document: String {
        let rows = all.map { metric in
            let labels = metric.labels.map { "`\($0)`" }.joined(separator: ", ")
            return "| `\(metric.name)` | \(metric.kind.rawValue) | \(metric.unit) | \(labels) | \(metric.meaning) |"
        }
        let bounds = buckets.map(PrometheusText.number).joined(separator: ", ")
        let steps = stepBuckets.map { "\($0)" }.joined(separator: ", ")
        return """
            # Metrics

            Made from `MetricsCatalog.swift`: edit that, then run the tests with `MAINSPRING_REGENERATE=1`.

            `GET /metrics` answers in Prometheus text format. Counters and histograms start at zero with the node. Labels are
            bounded: a kind, queue, service or loop that is not declared is counted under `other`. The buckets of a histogram end
            at \(bounds) seconds; those of `\(storeOps.name)` at \(steps).

            | Name | Type | Unit | Labels | Meaning |
            |---|---|---|---|---|
            \(rows.joined(separator: "\n"))

            """
    }
}
