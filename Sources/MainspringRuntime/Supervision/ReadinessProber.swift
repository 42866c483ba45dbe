import MainspringCore
import Synchronization

/// Asks services whether they are ready: every 100 ms at first, then less and less often down to once a second.
///
/// An attempt may block for its timeout, so each runs on a thread of its own, never on the timers' or the pool's.
final class ReadinessProber: Sendable {
    private struct Probe {
        let id: Int
        var timer: (any ScheduledAction)?
    }

    private struct State {
        var nextID = 0
        var probes: [String: Probe] = [:]
    }

    private static let firstInterval = Duration.milliseconds(100)
    private static let longestInterval = Duration.seconds(1)

    private let state = Mutex(State())
    private let time: any TimeSource
    private let attempt: @Sendable (Readiness.Check) -> Bool
    private let run: @Sendable (@escaping @Sendable () -> Void) -> Void

    init(
        time: any TimeSource,
        attempt: @escaping @Sendable (Readiness.Check) -> Bool = { ReadinessProbe.succeeds($0) },
        run: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void = { onOwnThread($0) }
    ) {
        self.time = time
        self.attempt = attempt
        self.run = run
    }

    /// Calls `ready` at most once, on any thread; replaces the service's earlier probe.
    func start(_ service: String, check: Readiness.Check, ready: @escaping @Sendable () -> Void) {
        cancel(service)
        let id = state.withLock { state in
            state.nextID += 1
            state.probes[service] = Probe(id: state.nextID)
            return state.nextID
        }
        if case .after(let delay) = check {
            wait(service, id, delay) { if self.finish(service, id) { ready() } }
        } else {
            ask(service, id, check: check, interval: Self.firstInterval, ready: ready)
        }
    }

    func cancel(_ service: String) {
        state.withLock { $0.probes.removeValue(forKey: service) }?.timer?.cancel()
    }

    private func ask(
        _ service: String, _ id: Int, check: Readiness.Check, interval: Duration, ready: @escaping @Sendable () -> Void
    ) {
        run {
            if self.attempt(check) {
                if self.finish(service, id) { ready() }
                return
            }
            self.wait(service, id, interval) {
                let next = min(interval * 3 / 2, Self.longestInterval)
                self.ask(service, id, check: check, interval: next, ready: ready)
            }
        }
    }

    private func wait(_ service: String, _ id: Int, _ delay: Duration, then action: @escaping @Sendable () -> Void) {
        guard state.withLock({ $0.probes[service]?.id == id }) else { return }
        let timer = time.schedule(after: delay, action)
        let isCurrent = state.withLock { state in
            guard state.probes[service]?.id == id else { return false }
            state.probes[service]?.timer = timer
            return true
        }
        if !isCurrent { timer.cancel() }
    }

    private func finish(_ service: String, _ id: Int) -> Bool {
        state.withLock { state in
            guard state.probes[service]?.id == id else { return false }
            state.probes[service] = nil
            return true
        }
    }
}
