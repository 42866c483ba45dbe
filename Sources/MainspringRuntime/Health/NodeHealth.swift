public import MainspringCore

/// Where a node stands in its life.
public enum NodePhase: String, Sendable, Hashable, CaseIterable, Comparable {
    case starting, running, draining, stopped

    public static func < (left: Self, right: Self) -> Bool { left.order < right.order }

    private var order: Int {
        switch self {
        case .starting: 0
        case .running: 1
        case .draining: 2
        case .stopped: 3
        }
    }
}

/// Whether the node should get work now, and every reason why not.
public struct ReadinessReport: Sendable, Equatable {
    public struct Check: Sendable, Equatable {
        /// `phase`, `pool`, `store`, `service:NAME`.
        public var name: String
        public var isOK: Bool
        /// One sentence for a person; nil when there is nothing to say.
        public var detail: String?

        public init(name: String, isOK: Bool, detail: String? = nil) {
            self.name = name
            self.isOK = isOK
            self.detail = detail
        }
    }

    public var checks: [Check]
    public var isReady: Bool { checks.allSatisfy(\.isOK) }

    public init(checks: [Check]) {
        self.checks = checks
    }
}

/// Whether the process gets its work done, decided on a thread outside the concurrency pool.
public struct LivenessReport: Sendable, Hashable {
    public enum State: String, Sendable, Hashable, CaseIterable {
        case working
        /// The pool owes an answer for longer than is usual, or work of low priority fills its part of the pool.
        case busy
        /// The pool does not answer: a restart is the only help.
        case wedged
    }

    public var state: State
    /// How long the pool has owed the oldest answer; time in which the process did not run is left out.
    public var unanswered: Duration

    public init(state: State = .working, unanswered: Duration = .zero) {
        self.state = state
        self.unanswered = unanswered
    }
}

/// What surfaces may ask a node about itself. Answers come from memory: no call waits for a store or a pool, so an event
/// loop may ask too.
public protocol NodeInspector: Sendable {
    var node: String { get }
    var startedAt: Timestamp { get }
    func phase() -> NodePhase
    func liveness() -> LivenessReport
    func readiness() -> ReadinessReport
}
