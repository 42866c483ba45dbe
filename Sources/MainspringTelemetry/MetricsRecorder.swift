public import MainspringCore
import Synchronization

/// Counts events in memory, and writes all metrics as text.
///
/// The labels are bounded by what is declared: any other kind, queue, service or loop is counted under `other`.
public final class MetricsRecorder: EventSink {
    public static let contentType = PrometheusText.contentType
    static let other = "other"

    private struct Series: Hashable {
        let metric: Metric
        let labels: [String]
    }

    private struct JobCounts {
        var outcomes: [JobOutcome.Name: UInt64] = [:]
        var enqueued: UInt64 = 0
        var run = Histogram()
    }

    private struct LoopCounts {
        var outcomes: [LoopEvent.Outcome: UInt64] = [:]
        var skipped: [LoopEvent.SkipReason: UInt64] = [:]
        var turn = Histogram()
        var lateness = Histogram()
    }

    private struct State {
        var kinds: [String: JobCounts] = [:]
        var waits: [String: Histogram] = [:]
        var lateness = Histogram()
        var loops: [String: LoopCounts] = [:]
        var restarts: [String: [ServiceEvent.RestartReason: UInt64]] = [:]
        var stops: [String: Histogram] = [:]
        /// By store, then step.
        var steps: [String: [String: Histogram]] = [:]
        var retries: UInt64 = 0, rescues: UInt64 = 0, duplicates: UInt64 = 0, missed: UInt64 = 0,
            staleWrites: UInt64 = 0, abandoned: UInt64 = 0
    }

    private let kinds: Set<String>
    private let queues: Set<String>
    private let services: Set<String>
    private let loops: Set<String>
    private let state: Mutex<State>

    public init(kinds: Set<String>, queues: Set<String>, services: Set<String>, loops: Set<String> = []) {
        self.kinds = kinds
        self.queues = queues
        self.services = services
        self.loops = loops
        // Declared names start at zero, so that a rate is right from the first event on.
        state = Mutex(
            State(
                kinds: Dictionary(uniqueKeysWithValues: kinds.map { ($0, JobCounts()) }),
                waits: Dictionary(uniqueKeysWithValues: queues.map { ($0, Histogram()) }),
                loops: Dictionary(uniqueKeysWithValues: loops.map { ($0, LoopCounts()) }),
                restarts: Dictionary(uniqueKeysWithValues: services.map { ($0, [:]) }),
                stops: Dictionary(uniqueKeysWithValues: services.map { ($0, Histogram()) })))
    }

    public func emit(_ event: MainspringEvent) {
        switch event {
        case .job(let event): count(event)
        case .service(.restarting(let service, let reason)):
            state.withLock { $0.restarts[serviceLabel(service), default: [:]][reason, default: 0] += 1 }
        case .service(.stopped(let service, let after?)):
            state.withLock { $0.stops[serviceLabel(service), default: Histogram()].record(after) }
        case .service: break
        case .loop(let event): count(event)
        // The gauges of the spool say it.
        case .store: break
        }
    }

    /// A step of a store that took so long.
    public func stepped(store: String, op: String, took: Duration) {
        state.withLock {
            $0.steps[store, default: [:]][op, default: Histogram(bounds: MetricsCatalog.storeOps.buckets)].record(took)
        }
    }

    private func count(_ event: LoopEvent) {
        switch event {
        case .turnEnded(let loop, _, let outcome, let took, let lateness, _):
            with(loop) { counts in
                if outcome != .timeout { counts.outcomes[outcome, default: 0] += 1 }
                counts.turn.record(took)
                counts.lateness.record(lateness)
            }
        case .turnTimedOut(let loop, _, _): with(loop) { $0.outcomes[.timeout, default: 0] += 1 }
        case .turnsSkipped(let loop, let reason, let count):
            with(loop) { $0.skipped[reason, default: 0] += UInt64(count) }
        case .turnHangs, .hungTurnEnded: break
        }
    }

    private func with(_ loop: String, _ body: (inout LoopCounts) -> Void) {
        let name = loops.contains(loop) ? loop : Self.other
        state.withLock { body(&$0.loops[name, default: LoopCounts()]) }
    }

    private func count(_ event: JobEvent) {
        switch event {
        case .enqueued(_, let kind, _):
            state.withLock { $0.kinds[known(kind), default: JobCounts()].enqueued += 1 }
        case .duplicate: state.withLock { $0.duplicates += 1 }
        case .started(_, _, let queue, _, let waited):
            let name = queues.contains(queue) ? queue : Self.other
            state.withLock { $0.waits[name, default: Histogram()].record(waited) }
        case .settled(let settlement, let ran):
            let kind = known(settlement.kind)
            let outcome = settlement.attempt.outcome
            state.withLock { state in
                state.kinds[kind, default: JobCounts()].run.record(ran)
                if let outcome { state.kinds[kind, default: JobCounts()].outcomes[outcome, default: 0] += 1 }
                if settlement.nextState == .retryable { state.retries += 1 }
            }
        case .staleWrite: state.withLock { $0.staleWrites += 1 }
        case .abandoned: state.withLock { $0.abandoned += 1 }
        case .rescued(_, let kind, _, let end):
            state.withLock { state in
                state.rescues += 1
                state.kinds[known(kind), default: JobCounts()].outcomes[.interrupted, default: 0] += 1
                let outcome: JobOutcome.Name? = end == .cancelled ? .cancelled : end == .discarded ? .discarded : nil
                if let outcome { state.kinds[known(kind), default: JobCounts()].outcomes[outcome, default: 0] += 1 }
            }
        case .cancelled(_, let kind, _):
            state.withLock { $0.kinds[known(kind), default: JobCounts()].outcomes[.cancelled, default: 0] += 1 }
        case .scheduleFired(_, let lateness, let skipped):
            state.withLock { state in
                if skipped { state.missed += 1 } else { state.lateness.record(lateness) }
            }
        case .cancelRequested, .retried, .queuePaused, .queueResumed, .replaced, .zombieEnded, .parked,
            .released, .nodeJoined, .nodeLeft, .leads, .leadsNoMore:
            break
        }
    }

    private func known(_ kind: String) -> String { kinds.contains(kind) ? kind : Self.other }

    /// Every metric of the catalog: what was counted, and the given gauges. Those of undeclared names share one series.
    public func text(gauges: [MetricSample]) -> String {
        let state = self.state.withLock { $0 }
        var values: [Series: Double] = [:]
        for sample in gauges + counters(of: state) {
            let series = Series(metric: sample.metric, labels: sample.labels)
            values[series] = values[series].map { sample.metric.combine($0, sample.value) } ?? sample.value
        }
        let histograms = histograms(of: state)
        var out = PrometheusText()
        for metric in MetricsCatalog.all {
            let samples = values.filter { $0.key.metric == metric }
                .sorted { $0.key.labels.lexicographicallyPrecedes($1.key.labels) }
            let series = histograms.filter { $0.0 == metric }
            guard !samples.isEmpty || !series.isEmpty else { continue }
            out.begin(metric)
            for (key, value) in samples { out.sample(metric, key.labels, value: value) }
            for (_, labels, histogram) in series { out.histogram(metric, labels, histogram) }
        }
        return out.text
    }

    private func counters(of state: State) -> [MetricSample] {
        typealias Catalog = MetricsCatalog
        var samples = [
            MetricSample(Catalog.retries, value: Double(state.retries)),
            MetricSample(Catalog.rescues, value: Double(state.rescues)),
            MetricSample(Catalog.duplicates, value: Double(state.duplicates)),
            MetricSample(Catalog.scheduleMissed, value: Double(state.missed)),
            MetricSample(Catalog.staleWrites, value: Double(state.staleWrites)),
            MetricSample(Catalog.abandoned, value: Double(state.abandoned)),
        ]
        for (kind, counts) in state.kinds {
            samples.append(MetricSample(Catalog.enqueued, [kind], value: Double(counts.enqueued)))
            samples += JobOutcome.Name.allCases.map {
                MetricSample(Catalog.jobs, [kind, $0.rawValue], value: Double(counts.outcomes[$0] ?? 0))
            }
        }
        for (loop, counts) in state.loops {
            samples += LoopEvent.Outcome.allCases.map {
                MetricSample(Catalog.loopTurns, [loop, $0.rawValue], value: Double(counts.outcomes[$0] ?? 0))
            }
            samples += LoopEvent.SkipReason.allCases.map {
                MetricSample(Catalog.loopSkipped, [loop, $0.rawValue], value: Double(counts.skipped[$0] ?? 0))
            }
        }
        for (service, reasons) in state.restarts {
            samples += ServiceEvent.RestartReason.allCases.map {
                MetricSample(Catalog.restarts, [service, $0.rawValue], value: Double(reasons[$0] ?? 0))
            }
        }
        return samples
    }

    private func histograms(of state: State) -> [(Metric, [String], Histogram)] {
        let runs = state.kinds.sorted { $0.key < $1.key }.map { (MetricsCatalog.runSeconds, [$0.key], $0.value.run) }
        let waits = state.waits.sorted { $0.key < $1.key }.map { (MetricsCatalog.waitSeconds, [$0.key], $0.value) }
        let loops = state.loops.sorted { $0.key < $1.key }
        let turns = loops.map { (MetricsCatalog.loopTurnSeconds, [$0.key], $0.value.turn) }
        let late = loops.map { (MetricsCatalog.loopLateness, [$0.key], $0.value.lateness) }
        let stops = state.stops.sorted { $0.key < $1.key }.map { (MetricsCatalog.stopSeconds, [$0.key], $0.value) }
        let steps = state.steps.flatMap { store, steps in
            steps.sorted { $0.key < $1.key }.map { (MetricsCatalog.storeOps, [store, $0.key], $0.value) }
        }
        return runs + waits + stops + turns + late + steps + [(MetricsCatalog.scheduleLateness, [], state.lateness)]
    }

    /// The label value for a name: itself when declared, else `other`.
    public func queueLabel(_ name: String) -> String { queues.contains(name) ? name : Self.other }
    public func serviceLabel(_ name: String) -> String { services.contains(name) ? name : Self.other }
}
