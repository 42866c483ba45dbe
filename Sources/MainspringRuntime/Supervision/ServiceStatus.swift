public import MainspringCore

/// A service as seen from outside.
public struct ServiceStatus: Sendable, Equatable {
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// Waits for the services it depends on.
        case waiting
        case starting
        case running
        /// Ended, and waits for its restart.
        case backingOff = "backing_off"
        case stopping
        case stopped
        /// Ended, and its policy does not restart it.
        case failed
    }

    public var name: String
    public var state: State
    public var isReady: Bool
    public var pid: Int32?
    public var restarts: Int
    /// When it entered its state.
    public var since: Timestamp
    public var lastExit: String?
    /// For `backing_off`: when it starts again.
    public var restartsAt: Timestamp?
    public var dependsOn: [String]

    public init(
        name: String, state: State, isReady: Bool, pid: Int32? = nil, restarts: Int = 0, since: Timestamp,
        lastExit: String? = nil, restartsAt: Timestamp? = nil, dependsOn: [String] = []
    ) {
        self.name = name
        self.state = state
        self.isReady = isReady
        self.pid = pid
        self.restarts = restarts
        self.since = since
        self.lastExit = lastExit
        self.restartsAt = restartsAt
        self.dependsOn = dependsOn
    }
}
