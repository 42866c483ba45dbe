public import MainspringCore
import Synchronization

/// Turns the events of stopping services into announcements, once told that the node stops.
public final class ServiceStopReporter: EventSink {
    private struct State {
        var isOn = false
        var stoppingSince: [String: MonotonicInstant] = [:]
        var killed: Set<String> = []
    }

    private let state = Mutex(State())
    private let announcer: any Announcer
    private let time: any TimeSource

    public init(announcer: any Announcer, time: any TimeSource) {
        self.announcer = announcer
        self.time = time
    }

    /// From now on services stop for good: their ends are announced.
    public func begin() { state.withLock { $0.isOn = true } }

    public func emit(_ event: MainspringEvent) {
        guard case .service(let event) = event else { return }
        let now = time.monotonic()
        let announcement: Announcement? = state.withLock { state in
            guard state.isOn else { return nil }
            switch event {
            case .stopping(let name): state.stoppingSince[name] = now
            case .killed(let name):
                state.killed.insert(name)
                return .serviceKilled(name, after: now - (state.stoppingSince[name] ?? now))
            case .stopped(let name):
                guard let since = state.stoppingSince[name], !state.killed.contains(name) else { return nil }
                return .serviceStopped(name, after: now - since)
            default: break
            }
            return nil
        }
        if let announcement { announcer.announce(announcement) }
    }
}
