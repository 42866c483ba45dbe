public import MainspringCore

/// A child as seen from outside, with everything below it.
public struct ChildStatus: Sendable, Equatable {
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// Waits for the siblings it depends on, or for its supervisor.
        case waiting
        case starting
        case running
        /// Runs, and something is wrong with it.
        case degraded
        /// Ended, and waits for its restart.
        case backingOff = "backing_off"
        case stopping
        case stopped
        /// Ended, and is not restarted; or did not end when it had to.
        case failed
    }

    public var name: String
    public var kind: ChildKind
    public var state: State
    public var isReady: Bool
    /// When it entered its state.
    public var since: Timestamp
    /// When its present life began; nil when it has none.
    public var startedAt: Timestamp?
    public var pid: Int32?
    /// Since its supervisor started.
    public var restarts: Int
    public var lastExit: String?
    /// For `backing_off`: when it starts again.
    public var restartsAt: Timestamp?
    public var dependsOn: [String]
    /// Where it was declared; nil for what the configuration file declares.
    public var site: SourceSite?
    /// One sentence for a person, mostly why it is not ready.
    public var detail: String?
    /// How long its last stop took, from the request to the end.
    public var lastStop: Duration?
    /// How long its stop may take; nil for what is not stopped by itself.
    public var stopTimeout: Duration?
    public var children: [ChildStatus]

    public init(
        name: String, kind: ChildKind = .command, state: State, isReady: Bool, since: Timestamp,
        startedAt: Timestamp? = nil, pid: Int32? = nil, restarts: Int = 0, lastExit: String? = nil,
        restartsAt: Timestamp? = nil, dependsOn: [String] = [], site: SourceSite? = nil, detail: String? = nil,
        lastStop: Duration? = nil, stopTimeout: Duration? = nil, children: [ChildStatus] = []
    ) {
        self.name = name
        self.kind = kind
        self.state = state
        self.isReady = isReady
        self.since = since
        self.startedAt = startedAt
        self.pid = pid
        self.restarts = restarts
        self.lastExit = lastExit
        self.restartsAt = restartsAt
        self.dependsOn = dependsOn
        self.site = site
        self.detail = detail
        self.lastStop = lastStop
        self.stopTimeout = stopTimeout
        self.children = children
    }
}
