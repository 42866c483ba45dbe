import MainspringCore

/// What a stop would do if it were asked for now: who would end by itself, and who would be cut.
///
/// It knows timeouts and how long earlier stops took; a job may end before its timeout, and a service that was never
/// stopped may take any time.
public struct ShutdownRehearsal: Sendable, Equatable {
    /// A running job.
    public struct Job: Sendable, Equatable {
        public var name: String
        /// Until its timeout; nil when it has none.
        public var timeLeft: Duration?

        public init(name: String, timeLeft: Duration?) {
            self.name = name
            self.timeLeft = timeLeft
        }
    }

    public enum Fate: String, Sendable, Hashable, CaseIterable {
        /// It has the time that it needs.
        case ends
        /// It is asked to end, and goes back to the queue; killed if it does not.
        case handedBack = "handed_back"
        /// Nobody knows how long it takes.
        case unknown
        /// It needs more time than it has.
        case cut
    }

    public struct Item: Sendable, Equatable {
        public var name: String
        public var kind: ChildKind
        public var fate: Fate
        /// When it is gone at the latest, from the request on.
        public var by: Duration
        public var reason: String
    }

    /// In the order in which they would end: jobs, then services.
    public private(set) var items: [Item] = []
    /// When the node is gone at the latest if nothing has to be given up on.
    public private(set) var by: Duration

    public init(jobs: [Job], services: [ChildStatus], policy: ShutdownPolicy) {
        by = .zero
        for job in jobs { add(job, policy) }
        let patience = policy.grace + policy.cancel
        let start = items.map(\.by).max() ?? .zero
        let budget = max(ShutdownPolicy.leastForServices, patience - start)
        by = max(start, addServices(services, from: start, budget: budget))
    }

    private mutating func add(_ job: Job, _ policy: ShutdownPolicy) {
        let patience = policy.grace + policy.cancel
        guard let left = job.timeLeft, left <= policy.grace else {
            let more = job.timeLeft.map { "may run for \($0.forPeople) more" } ?? "has no timeout"
            let reason = "\(more); asked to end after \(policy.grace.forPeople)"
            return items.append(Item(name: job.name, kind: .job, fate: .handedBack, by: patience, reason: reason))
        }
        let end = max(.zero, left)
        items.append(
            Item(name: job.name, kind: .job, fate: .ends, by: end, reason: "its timeout is in \(end.forPeople)"))
    }

    /// Those on which others depend come after them. Returns when the last is gone.
    private mutating func addServices(_ services: [ChildStatus], from start: Duration, budget: Duration) -> Duration {
        var ends: [String: Duration] = [:]
        var last = start
        for service in services.reversed() where service.startedAt != nil {
            let dependents = services.filter { $0.dependsOn.contains(service.name) }.compactMap { ends[$0.name] }
            let asked = dependents.max() ?? start
            let left = max(.zero, start + budget - asked)
            let limit = min(service.stopTimeout ?? left, left)
            let end: Duration
            if service.kind == .group, !service.children.isEmpty {
                end = addServices(service.children, from: asked, budget: limit)
            } else {
                end = add(service, asked: asked, limit: limit)
            }
            ends[service.name] = end
            last = max(last, end)
        }
        return last
    }

    private mutating func add(_ service: ChildStatus, asked: Duration, limit: Duration) -> Duration {
        let own = service.stopTimeout ?? limit
        let scarcity = limit < own ? "only \(limit.forPeople) of its \(own.forPeople) are left for it" : nil
        let fate: Fate
        let reason: String
        let end: Duration
        switch service.lastStop {
        case let needed? where needed > limit:
            (fate, end) = (.cut, asked + limit)
            reason = "its last stop took \(needed.forPeople), and it has \(limit.forPeople)"
        case let needed?:
            (fate, end) = (.ends, asked + needed)
            reason = "its last stop took \(needed.forPeople)"
        case nil:
            (fate, end) = (.unknown, asked + limit)
            reason = scarcity ?? "it was never stopped here; it has \(limit.forPeople)"
        }
        items.append(Item(name: service.name, kind: service.kind, fate: fate, by: end, reason: reason))
        return end
    }
}
