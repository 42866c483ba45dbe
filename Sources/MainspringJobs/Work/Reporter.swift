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

    func submit(_ report: AttemptReport, of attempt: JobAttempt) {
        waiting.withLock { waiting in
            let earlier = waiting[report.token]?.report
            var merged = report
            merged.progress = report.progress ?? earlier?.progress
            merged.output = report.output ?? earlier?.output
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
            } catch {
                // The next report tells as much; one that is lost is a sign of life that came late.
                health.failed(error, doing: .report)
            }
            try? await time.sleep(for: Self.pause)
        }
    }
}
