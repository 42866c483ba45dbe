public import MainspringCore
import Synchronization

/// Turns the events of stopping services into announcements, once told that the node stops.
public final class ServiceStopReporter: EventSink {
    private let isOn = Mutex(false)
    private let announcer: any Announcer

    public init(announcer: any Announcer) {
        self.announcer = announcer
    }

    /// From now on services stop for good: their ends are announced.
    public func begin() { isOn.withLock { $0 = true } }

    public func emit(_ event: MainspringEvent) {
        guard case .service(let event) = event, isOn.withLock({ $0 }) else { return }
        switch event {
        case .stopped(let name, let after?): announcer.announce(.serviceStopped(name, after: after))
        case .killed(let name): announcer.announce(.serviceKilled(name))
        case .abandoned(let name, let after, _): announcer.announce(.serviceAbandoned(name, after: after))
        default: break
        }
    }
}
