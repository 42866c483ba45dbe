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
        /// `phase`, `store`, `service:NAME`.
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

/// What surfaces may ask a node about itself. Answers come from memory: no call waits for a store or a pool.
public protocol NodeInspector: Sendable {
    var node: String { get }
    var startedAt: Timestamp { get }
    func phase() -> NodePhase
    func readiness() -> ReadinessReport
}
