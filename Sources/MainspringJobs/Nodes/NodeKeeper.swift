import MainspringCore
import MainspringStore
import Synchronization

/// Keeps the node alive in the store's eyes, finds out which others are, and holds the term when it gets it: the shell around
/// ``KeeperMachine``.
final class NodeKeeper: Sendable {
    private struct State {
        var machine: KeeperMachine
        var url: String?
    }

    private let facts: NodeFacts
    private let registry: JobRegistry
    private let store: any JobStore
    private let time: any TimeSource
    private let sink: any EventSink
    private let health: StoreHealth
    private let leadership: Leadership
    private let membership: Membership
    private let startedAt: Timestamp
    private let isDraining: @Sendable () -> Bool
    private let onNodes: @Sendable () -> Void
    private let onWish: @Sendable (NodeWish) -> Void
    private let state: Mutex<State>
    private let signal = WakeSignal()

    /// The least time between two beats that news ask for.
    private static let pause: Duration = .milliseconds(200)

    init(
        facts: NodeFacts, registry: JobRegistry, store: any JobStore, time: any TimeSource, sink: any EventSink,
        health: StoreHealth, leadership: Leadership, membership: Membership, isDraining: @escaping @Sendable () -> Bool,
        onNodes: @escaping @Sendable () -> Void, onWish: @escaping @Sendable (NodeWish) -> Void
    ) {
        self.facts = facts
        self.registry = registry
        self.store = store
        self.time = time
        self.sink = sink
        self.health = health
        self.leadership = leadership
        self.membership = membership
        self.isDraining = isDraining
        self.onNodes = onNodes
        self.onWish = onWish
        startedAt = time.now()
        state = Mutex(State(machine: KeeperMachine(identity: facts.identity)))
        leadership.onChange { [sink] term in sink.emit(.job(term.map { .leads($0) } ?? .leadsNoMore)) }
    }

    var hasPeers: Bool { state.withLock { !$0.machine.peers.isEmpty } }

    /// Where the node's API listens; the others learn of it with the next beat.
    func set(url: String) {
        state.withLock { $0.url = url }
        signal.notify()
    }

    /// The first beat. Nodes whose process is gone are forgotten with it, an earlier life under the name among them.
    ///
    /// Throws `locked` when another live node has the name, or one that may be alive.
    func join() async throws {
        let gone = try await store.nodes().filter { $0.process.flatMap(facts.isAlive) == false }
        let now = time.monotonic()
        let answer = try await store.beat(beat(gone: Set(gone.map(\.identity))))
        let actions = state.withLock { $0.machine.heard(answer, at: now) }
        for case .refused(let other) in actions { throw refusal(by: other) }
        membership.heard(at: now)
        for action in actions { perform(action) }
    }

    private func refusal(by other: NodeRecord?) -> MainspringError {
        let place = other.map { " on \($0.host), seen \($0.seenAt.rfc3339)" } ?? ""
        return MainspringError(
            .locked, "another node of the store is called \(facts.identity.name)\(place)",
            hint: "Give this one its own 'node:' name; or, when that one is dead, wait \(Membership.lease.text).")
    }

    /// Beats until its task is cancelled.
    @concurrent func run() async {
        while true {
            let interval = state.withLock { $0.machine.interval }
            let timer = time.schedule(after: interval) { [signal] in signal.notify() }
            await signal.wait()
            timer.cancel()
            if Task.isCancelled { return }
            await beat()
            guard (try? await time.sleep(for: Self.pause)) != nil else { return }
        }
    }

    /// Beats soon: something changed here or elsewhere.
    func beatSoon() { signal.notify() }

    /// Says goodbye; the term is free at once.
    func leave() async {
        leadership.set(nil)
        // A store that does not answer finds out by the missing beats.
        try? await store.leave(facts.identity)
    }

    private func beat() async {
        let gone = state.withLock { $0.machine.gone(isAlive: facts.isAlive) }
        let now = time.monotonic()
        do {
            let answer = try await store.beat(beat(gone: gone))
            health.succeeded(doing: .beat)
            if answer.isRefused { membership.refused() } else { membership.heard(at: now) }
            let actions = state.withLock { $0.machine.heard(answer, at: now) }
            for action in actions { perform(action) }
            // Left alone while it drained: nobody else takes the term.
            if !answer.isRefused, answer.term == nil, !hasPeers { beatSoon() }
            // With others around, leases may be over: the one that leads looks at each beat.
            if hasPeers || actions.count > 1 { onNodes() }
        } catch {
            health.failed(error, doing: .beat)
            // By now another may lead; the store would refuse our writes, so we need not try.
            if !membership.holds(at: time.monotonic()) { perform(.term(nil)) }
        }
    }

    private func beat(gone: Set<NodeIdentity>) -> NodeBeat {
        let isDraining = isDraining()
        let record = NodeRecord(
            identity: facts.identity, process: facts.process, host: facts.host, url: state.withLock { $0.url },
            version: facts.version, startedAt: startedAt, seenAt: time.now(), isDraining: isDraining,
            kinds: registry.versions, queues: registry.worked.mapValues(\.workers))
        let wantsTerm = state.withLock { $0.machine.wantsTerm(isDraining: isDraining) }
        return NodeBeat(node: record, lease: Membership.lease, gone: gone, wantsTerm: wantsTerm)
    }

    private func perform(_ action: KeeperMachine.Action) {
        switch action {
        case .term(let term): leadership.set(term)
        case .joined(let name): sink.emit(.job(.nodeJoined(name)))
        case .left(let name, let died): sink.emit(.job(.nodeLeft(name, died: died)))
        case .wish(let wish):
            onWish(wish)
            // The others see soon what became of it.
            beatSoon()
        case .refused:
            // Somebody started a node of this name while this one was silent for too long. Two cannot share it.
            onWish(.stop)
        }
    }
}
