import MainspringCore
import MainspringStore
import Synchronization

/// Renews the leases of what runs on a node, and stops what lost its own or was asked to cancel.
///
/// A zombie's lease is not among them: its end is written.
final class LeaseRenewal: Sendable {
    private let store: any JobStore
    private let time: any TimeSource
    private let health: StoreHealth
    private let signal = WakeSignal()
    /// Or there was none to renew.
    private let renewedAt: Mutex<MonotonicInstant>

    /// A lease that was not renewed for this long is over; it is renewed three times in it.
    static let length: Duration = .seconds(30)

    init(store: any JobStore, time: any TimeSource, health: StoreHealth) {
        self.store = store
        self.time = time
        self.health = health
        renewedAt = Mutex(time.monotonic())
    }

    /// Until its task is cancelled.
    func run(running: @Sendable () -> [JobAttempt]) async {
        while !Task.isCancelled {
            let timer = time.schedule(after: Self.length / 3) { [signal] in signal.notify() }
            await signal.wait()
            timer.cancel()
            if Task.isCancelled { return }
            await renew(running())
        }
    }

    /// Asks the store now.
    func look() { signal.notify() }

    /// Makes sure that no lease of this node is over only because it stood still, before it looks for leases that are. False
    /// when the store failed.
    func renewIfLate(_ running: [JobAttempt]) async -> Bool {
        let isLate = renewedAt.withLock { time.monotonic() - $0 > Self.length / 2 }
        return isLate ? await renew(running) : true
    }

    /// False when the store failed.
    @discardableResult
    private func renew(_ running: [JobAttempt]) async -> Bool {
        let now = time.monotonic()
        let attempts = running.filter { !$0.isZombie }
        if attempts.isEmpty {
            health.unneeded(.renew)
        } else {
            do {
                let renewal = try await store.renew(attempts.map(\.lease.token), lease: Self.length)
                health.succeeded(doing: .renew)
                for attempt in attempts {
                    if renewal.lost.contains(attempt.lease.token) { attempt.stop(.leaseLost) }
                    if renewal.cancelRequested.contains(attempt.lease.token) { attempt.stop(.cancelRequested) }
                }
            } catch {
                health.failed(error, doing: .renew)
                return false
            }
        }
        renewedAt.withLock { $0 = now }
        return true
    }
}
