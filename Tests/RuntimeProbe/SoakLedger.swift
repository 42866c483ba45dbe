import MainspringCore
import MainspringRuntime
import Synchronization

/// Follows every child through the events, says what each of them allows next, and keeps the differences. What it holds
/// does not grow with time.
final class SoakLedger: EventSink {
    struct Child {
        let node: SoakNode
        var isAlive = false
        var isStopping = false
        /// Ended, and to be restarted.
        var isOwed = false
        /// Ended, and to be restarted only with others.
        var isSettled = false
        /// A group whose policy has ended it.
        var isExhausted = false
        /// A group that has failed for good.
        var isFailed = false
        var wasAsked = false
        /// In this life of its supervisor.
        var restarts = 0
        var pid: Int32?

        var words: String {
            let words = [
                ("alive", isAlive), ("stopping", isStopping), ("owed a restart", isOwed), ("settled", isSettled),
                ("exhausted", isExhausted), ("failed for good", isFailed), ("asked", wasAsked),
            ]
            return (["\(restarts) restarts"] + words.filter(\.1).map(\.0)).joined(separator: ", ")
        }
    }

    struct Totals {
        var failures = 0
        var restarts: [ServiceEvent.RestartReason: Int] = [:]
        var exhausted: [SupervisionPolicy.Exhaustion: Int] = [:]
        var escalations = 0
        /// Restarts of lives of supervisors that are over.
        var restartsOfEnded = 0
        var abandoned = 0
        var groupLives = 0
    }

    fileprivate struct State {
        var children: [String: Child] = [:]
        var members: [String: [String]] = [:]
        var totals = Totals()
        var isEnding = false
        var differences: [String] = []
        var events = 0
    }

    private let state = Mutex(State())

    var totals: Totals { state.withLock { $0.totals } }
    var events: Int { state.withLock { $0.events } }
    var differences: [String] { state.withLock { $0.differences } }
    var children: [Child] { state.withLock { Array($0.children.values) } }

    func expect(_ nodes: [SoakNode]) {
        state.withLock { state in
            for node in nodes {
                state.children[node.name] = Child(node: node)
                if let parent = node.parent { state.members[parent, default: []].append(node.name) }
            }
        }
    }

    /// A person starts this group again, which has failed.
    func asks(_ name: String) { state.withLock { $0.children[name]?.wasAsked = true } }

    /// From here on children end because all does.
    func end() { state.withLock { $0.isEnding = true } }

    func differs(_ text: String) { state.withLock { $0.differs(text) } }

    func emit(_ event: MainspringEvent) {
        guard case .service(let event) = event else { return }
        state.withLock { state in
            state.events += 1
            state.take(event)
        }
    }
}

extension SoakLedger.State {
    mutating func differs(_ text: String) {
        if differences.count < 20 { differences.append(text) }
    }

    mutating func take(_ event: ServiceEvent) {
        switch event {
        case .starting(let name, let pid):
            require(name, "starts while it lives or before its restart is told") { !$0.isAlive && !$0.isOwed }
            // It may have been told to stop before it began.
            change(name) { ($0.isAlive, $0.pid) = (true, pid) }
            if children[name]?.node.end != nil { totals.groupLives += 1 }
        case .stopping(let name): change(name) { $0.isStopping = true }
        case .exited(let name, _, _): exited(name)
        case .backingOff(let name, _, let restarts):
            require(name, "is said to have \(restarts) restarts") { $0.restarts == restarts }
        case .restarting(let name, let reason): restarting(name, reason)
        case .stopped(let name, _): change(name) { ($0.isSettled, $0.isOwed) = (true, false) }
        case .notReady(let name, _):
            require(name, "is given up on although it is always restarted") {
                $0.node.restart != .always || $0.isFailed
            }
            change(name) { ($0.isSettled, $0.isOwed) = (!$0.isFailed, false) }
        case .exhausted(let name, _): exhausted(name)
        case .abandoned(let name, _, _):
            totals.abandoned += 1
            differs("\(name) was given up on")
        case .killed(let name): differs("\(name) had to be killed")
        case .ready, .degraded, .recovered: break
        }
    }

    private mutating func exited(_ name: String) {
        require(name, "ends without having lived") { $0.isAlive }
        guard let child = children[name] else { return }
        if !child.isStopping { totals.failures += 1 }
        if let end = child.node.end {
            require(name, "ends although nobody stopped it and its policy did not") { $0.isStopping || $0.isExhausted }
            if end == .escalate, child.isExhausted { totals.escalations += 1 }
            for member in members[name] ?? [] { forget(member) }
        }
        let isFailed = child.node.end == .fail && child.isExhausted
        change(name) {
            ($0.isAlive, $0.isStopping, $0.isSettled, $0.isExhausted, $0.pid) = (false, false, false, false, nil)
            ($0.isFailed, $0.isOwed) = (isFailed, !isFailed)
        }
    }

    private mutating func restarting(_ name: String, _ reason: ServiceEvent.RestartReason) {
        require(name, "is restarted (\(reason.rawValue)) although nothing ended, or twice, or after it failed for good")
        {
            ($0.isOwed || $0.isSettled || $0.isFailed && reason == .asked) && !$0.isAlive
        }
        if reason == .asked { require(name, "is restarted as if asked") { $0.wasAsked } }
        totals.restarts[reason, default: 0] += 1
        change(name) {
            ($0.isOwed, $0.isSettled, $0.isFailed, $0.wasAsked) = (false, false, false, false)
            $0.restarts += 1
        }
    }

    private mutating func exhausted(_ name: String) {
        guard let end = children[name]?.node.end else { return differs("\(name) is exhausted, and no group") }
        totals.exhausted[end, default: 0] += 1
        guard end != .backOff else { return }
        require(name, "is exhausted twice in a life") { !$0.isExhausted }
        change(name) { $0.isExhausted = true }
    }

    /// Its supervisor is gone: the next one knows nothing of it.
    private mutating func forget(_ name: String) {
        require(name, "lives on without its supervisor") { !$0.isAlive }
        guard let child = children[name] else { return }
        totals.restartsOfEnded += child.restarts
        children[name] = SoakLedger.Child(node: child.node)
        for member in members[name] ?? [] { forget(member) }
    }

    private mutating func change(_ name: String, _ change: (inout SoakLedger.Child) -> Void) {
        guard children[name] != nil else { return differs("nobody knows \(name)") }
        change(&children[name]!)
    }

    private mutating func require(_ name: String, _ text: String, _ holds: (SoakLedger.Child) -> Bool) {
        guard !isEnding, let child = children[name], !holds(child) else { return }
        differs("\(name) \(text): \(child.words)")
    }
}
