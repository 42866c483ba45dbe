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

    /// `isNews`: it is later than what waits.
    func submit(_ report: AttemptReport, isNews: Bool = true) {
        waiting.withLock { waiting in
            let other = waiting[report.token] ?? report
            let (late, early) = isNews ? (report, other) : (other, report)
            waiting[report.token] = AttemptReport(
                id: report.id, token: report.token, progress: late.progress ?? early.progress,
                output: late.output ?? early.output)
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
                try? await time.sleep(for: Self.pause)
            } catch {
                health.failed(error, doing: .report)
                for report in reports { submit(report, isNews: false) }
                try? await time.sleep(for: health.retryDelay(of: .report))
            }
        }
    }
}
