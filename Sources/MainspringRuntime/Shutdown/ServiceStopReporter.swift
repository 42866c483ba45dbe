public import MainspringCore
import Synchronization

/// Turns the events of stopping services into announcements, once told that the node stops.
public final class ServiceStopReporter: EventSink {
    private struct State {
        var isOn = false
        var killed: Set<String> = []
    }

    private let state = Mutex(State())
    private let announcer: any Announcer

    public init(announcer: any Announcer) {
        self.announcer = announcer
    }

    /// From now on services stop for good: their ends are announced.
    public func begin() { state.withLock { $0.isOn = true } }

    public func emit(_ event: MainspringEvent) {
        guard case .service(let event) = event, state.withLock({ $0.isOn }) else { return }
        switch event {
        case .stopped(let name, let after?):
            guard state.withLock({ !$0.killed.contains(name) }) else { return }
            announcer.announce(.serviceStopped(name, after: after))
        case .killed(let name):
            state.withLock { _ = $0.killed.insert(name) }
            announcer.announce(.serviceKilled(name))
        case .abandoned(let name, let after, _): announcer.announce(.serviceAbandoned(name, after: after))
        default: break
        }
    }
}
