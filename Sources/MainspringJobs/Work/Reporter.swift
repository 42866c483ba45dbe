import MainspringCore
import MainspringStore
import Synchronization

/// Writes what running attempts tell of themselves, the latest of each attempt, in batches with a pause between them: an
/// attempt that tells a thousand times a second costs a few writes.
final class Reporter: Sendable {
    private let store: any JobStore
    private let time: any TimeSource
    private let health: StoreHealth
    /// At most one for each running attempt.
    private let waiting = Mutex<[AttemptToken: AttemptReport]>([:])
    private let signal = WakeSignal()

    static let pause: Duration = .milliseconds(200)

    init(store: any JobStore, time: any TimeSource, health: StoreHealth) {
        self.store = store
        self.time = time
        self.health = health
    }

    func submit(_ report: AttemptReport) {
        waiting.withLock { waiting in
            var merged = report
            merged.progress = report.progress ?? waiting[report.token]?.progress
            merged.output = report.output ?? waiting[report.token]?.output
            waiting[report.token] = merged
        }
        signal.notify()
    }

    /// Until its task is cancelled; then what waits is dropped, as its attempts have ended.
    func run(told: @escaping @Sendable (AttemptToken, ReportResult) -> Void) async {
        while true {
            await signal.wait()
            if Task.isCancelled { return }
            let reports = waiting.withLock { waiting in
                defer { waiting = [:] }
                return Array(waiting.values)
            }
            guard !reports.isEmpty else { continue }
            do {
                let results = try await store.report(reports, now: time.now())
                health.succeeded(doing: .report)
                for (report, result) in zip(reports, results) { told(report.token, result) }
            } catch {
                // The next report tells as much; one that is lost is a sign of life that came late.
                health.failed(error, doing: .report)
            }
            try? await time.sleep(for: Self.pause)
        }
    }
}
