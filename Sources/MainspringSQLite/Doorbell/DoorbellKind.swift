/// What a commit brought that others may wait for.
package struct DoorbellKind: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Jobs that can be claimed.
    package static let work = DoorbellKind(rawValue: 1 << 0)
    /// Jobs that came to an end.
    package static let ended = DoorbellKind(rawValue: 1 << 1)
    /// Orders to whoever works: a cancelled job that runs, a queue that is paused or goes on.
    package static let control = DoorbellKind(rawValue: 1 << 2)

    package static let all: DoorbellKind = [.work, .ended, .control]
}
