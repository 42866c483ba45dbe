import Logging
import MainspringCore
import MainspringStore
import Synchronization

/// Makes scheduled and retryable jobs available when they are due.
///
/// It sleeps until the next due time that it knows of, learning of earlier ones from inserts and settlements.
final class Promoter: EventSink {
    private let store: any JobStore
    private let time: any TimeSource
    private let health: StoreHealth
    private let onPromoted: @Sendable (_ queue: String) -> Void
    private let signal = WakeSignal()
    private let nextDue = Mutex<Timestamp?>(Timestamp(microseconds: 0))

    /// So that a jump of the wall clock is seen.
    private static let longestSleep: Duration = .seconds(60)
    private static let batch = 500

    init(
        store: any JobStore, time: any TimeSource, health: StoreHealth, onPromoted: @escaping @Sendable (String) -> Void
    ) {
        self.store = store
        self.time = time
        self.health = health
        self.onPromoted = onPromoted
    }

    func emit(_ event: MainspringEvent) {
        guard case .job(.settled(let settlement, _)) = event,
            settlement.nextState == .retryable || settlement.nextState == .scheduled
        else { return }
        consider(settlement.availableAt)
    }

    /// Some job is due at `time`.
    func consider(_ time: Timestamp) {
        let isEarlier = nextDue.withLock { next in
            guard time < next ?? Timestamp(microseconds: .max) else { return false }
            next = time
            return true
        }
        if isEarlier { signal.notify() }
    }

    /// Until its task is cancelled.
    @concurrent func run() async {
        while !Task.isCancelled {
            let now = time.now()
            let due = nextDue.withLock { $0 }
            if let due, due <= now {
                await promote(now: now)
                continue
            }
            guard let due else {
                await signal.wait()
                continue
            }
            let timer = time.schedule(after: min(due - now, Self.longestSleep)) { [signal] in signal.notify() }
            await signal.wait()
            timer.cancel()
        }
    }

    private func promote(now: Timestamp) async {
        nextDue.withLock { $0 = nil }
        do {
            let promotion = try await store.promote(now: now, limit: Self.batch)
            health.succeeded(doing: .promote)
            for queue in promotion.promoted.keys { onPromoted(queue) }
            if let next = promotion.nextDue { consider(next) }
        } catch {
            health.failed(error, doing: .promote)
            nextDue.withLock { $0 = now }
            try? await time.sleep(for: health.retryDelay(of: .promote))
        }
    }
}
