public import MainspringCore
import Synchronization

/// A life's line to its supervisor.
public struct ChildLine: Sendable {
    public let name: String
    private let pulse: Pulse
    private let time: any TimeSource
    private let send: @Sendable (ChildReport) -> Void

    public init(name: String, time: any TimeSource, report: @escaping @Sendable (ChildReport) -> Void) {
        self.init(name: name, pulse: Pulse(), time: time, report: report)
    }

    init(name: String, pulse: Pulse, time: any TimeSource, report: @escaping @Sendable (ChildReport) -> Void) {
        self.name = name
        self.pulse = pulse
        self.time = time
        send = report
    }

    public func report(_ report: ChildReport) { send(report) }

    /// A sign of life; costs less than a microsecond. The place is shown when the child is late or silent.
    public func beat(at site: SourceSite) { pulse.beat(now: time.monotonic(), at: site) }

    /// The last beat's place and age: `at Bot/Feed.swift:12 3.2s ago`; nil before the first.
    public func lastBeat() -> String? {
        guard let (instant, site) = pulse.last else { return nil }
        return "at \(site) \((time.monotonic() - instant).forPeople) ago"
    }
}

/// A life's last heartbeat.
final class Pulse: Sendable {
    private let beat = Mutex<(MonotonicInstant, SourceSite)?>(nil)

    var last: (MonotonicInstant, SourceSite)? { beat.withLock { $0 } }

    func beat(now: MonotonicInstant, at site: SourceSite) { beat.withLock { $0 = (now, site) } }
}
