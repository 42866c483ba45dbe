import MainspringCore
import MainspringStore
import Synchronization

/// Writes what running attempts tell of themselves, the latest of each attempt, in batches with a pause between them: an
/// attempt that tells a thousand times a second costs a few writes.
final class Reporter: Sendable {
    private let store: any JobStore
    private let time: any TimeSource
    private let health: StoreHealth
    private struct Entry {
        let attempt: JobAttempt
        var report: AttemptReport
    }

    /// At most one for each running attempt.
    private let waiting = Mutex<[AttemptToken: Entry]>([:])
    private let signal = WakeSignal()

    static let pause: Duration = .milliseconds(200)

    init(store: any JobStore, time: any TimeSource, health: StoreHealth) {
        self.store = store
        self.time = time
        self.health = health
    }

    /// `isNews`: it is later than what waits.
    func submit(_ report: AttemptReport, of attempt: JobAttempt, isNews: Bool = true) {
        waiting.withLock { waiting in
            let other = waiting[report.token]?.report ?? report
            let (late, early) = isNews ? (report, other) : (other, report)
            let merged = AttemptReport(
                id: report.id, token: report.token, progress: late.progress ?? early.progress,
                output: late.output ?? early.output)
            waiting[report.token] = Entry(attempt: attempt, report: merged)
        }
        signal.notify()
    }

    /// Until its task is cancelled; then what waits is dropped, as its attempts have ended.
    func run(told: @escaping @Sendable (JobAttempt, ReportResult) -> Void) async {
        while true {
            await signal.wait()
            if Task.isCancelled { return }
            let entries = waiting.withLock { waiting in
                defer { waiting = [:] }
                return Array(waiting.values)
            }
            guard !entries.isEmpty else { continue }
            do {
                let results = try await store.report(entries.map(\.report), now: time.now())
                health.succeeded(doing: .report)
                for (entry, result) in zip(entries, results) { told(entry.attempt, result) }
                try? await time.sleep(for: Self.pause)
            } catch {
                health.failed(error, doing: .report)
                for entry in entries { submit(entry.report, of: entry.attempt, isNews: false) }
                try? await time.sleep(for: health.retryDelay(of: .report))
            }
        }
    }
}
