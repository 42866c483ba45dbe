import Logging
import MainspringCore
import MainspringStore
import Synchronization

/// Makes scheduled and retryable jobs available when they are due, while its node leads.
///
/// It sleeps until the next due time that it knows of, learning of earlier ones from inserts, settlements and other nodes.
final class Promoter: EventSink {
    private let store: any JobStore
    private let time: any TimeSource
    private let health: StoreHealth
    private let leadership: Leadership
    private let onPromoted: @Sendable (_ queue: String) -> Void
    private let signal = WakeSignal()
    private let nextDue = Mutex<Timestamp?>(Timestamp(microseconds: 0))

    /// So that a jump of the wall clock is seen.
    private static let longestSleep: Duration = .seconds(60)
    private static let batch = 500

    init(
        store: any JobStore, time: any TimeSource, health: StoreHealth, leadership: Leadership,
        onPromoted: @escaping @Sendable (String) -> Void
    ) {
        self.store = store
        self.time = time
        self.health = health
        self.leadership = leadership
        self.onPromoted = onPromoted
        // What the last leader knew is looked up anew, also by a node that never led and was told to look before.
        leadership.onChange { [weak self] _ in
            self?.look()
            self?.signal.notify()
        }
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

    /// Something may be due at any time.
    func look() { consider(Timestamp(microseconds: 0)) }

    /// Until its task is cancelled.
    @concurrent func run() async {
        while !Task.isCancelled {
            let term = leadership.term
            if term == nil { health.unneeded(.promote) }
            guard let term, let due = nextDue.withLock({ $0 }) else {
                await signal.wait()
                continue
            }
            let now = time.now()
            if due <= now {
                await promote(under: term, now: now)
                continue
            }
            let timer = time.schedule(after: min(due - now, Self.longestSleep)) { [signal] in signal.notify() }
            await signal.wait()
            timer.cancel()
        }
    }

    private func promote(under term: Term, now: Timestamp) async {
        nextDue.withLock { $0 = nil }
        do {
            let promotion = try await store.promote(under: term, now: now, limit: Self.batch)
            health.succeeded(doing: .promote)
            for queue in promotion.promoted.keys { onPromoted(queue) }
            if let next = promotion.nextDue { consider(next) }
        } catch let error as MainspringError where error.code == .staleTerm {
            leadership.lost(term)
        } catch {
            health.failed(error, doing: .promote)
            nextDue.withLock { $0 = now }
            try? await time.sleep(for: health.retryDelay(of: .promote))
        }
    }
}
