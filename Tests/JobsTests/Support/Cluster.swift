import MainspringCore
import MainspringJobs
import MainspringStore
import MainspringTesting
import Synchronization
import Testing

/// Several nodes over one memory store, each with a handle of its own, in one virtual time; and the processes that they
/// pretend to be.
final class Cluster: Sendable {
    private struct State {
        var nodes: [TestNode] = []
        var alive: Set<Int32> = []
    }

    let time = ManualTime()
    private let turns = TurnExecutor()
    /// A handle that belongs to no node.
    let store: MemoryJobStore
    private let state = Mutex(State())

    init() {
        store = MemoryJobStore(time: time)
    }

    /// A node that has not started; its name says who it is, and a second one of the name is its next life.
    func node(
        _ name: String, _ executor: ScriptedExecutor = .holding(),
        _ change: (inout TestNode.Settings) -> Void = { _ in }
    ) -> TestNode {
        let pid = state.withLock { state in
            let pid = Int32(state.nodes.count + 1)
            state.alive.insert(pid)
            return pid
        }
        var settings = TestNode.Settings(name: name, incarnation: "life-\(pid)")
        settings.process = ProcessStamp(bootID: "boot", pidNamespace: 1, pid: pid, startTime: 1)
        settings.isAlive = { [weak self] process in self?.state.withLock { $0.alive.contains(process.pid) } }
        change(&settings)
        let node = TestNode(executor, store: FaultyStore(store.peer()), time: time, turns: turns, settings)
        state.withLock { $0.nodes.append(node) }
        return node
    }

    /// A node that works.
    func start(
        _ name: String, _ executor: ScriptedExecutor = .holding(),
        _ change: (inout TestNode.Settings) -> Void = { _ in }
    ) async throws -> TestNode {
        let node = node(name, executor, change)
        try await start(node)
        return node
    }

    func start(_ node: TestNode) async throws { try await node.start() }

    /// Runs `body`, then ends every node; nothing is left of any.
    static func run(
        sourceLocation: SourceLocation = #_sourceLocation, _ body: (Cluster) async throws -> Void
    ) async throws {
        let cluster = Cluster()
        defer { cluster.turns.stop() }
        try await cluster.turns.run {
            let result: Result<Void, any Error>
            do { result = .success(try await body(cluster)) } catch { result = .failure(error) }
            await cluster.stop(sourceLocation: sourceLocation)
            #expect(cluster.time.pendingTimers == 0, "no timer is left", sourceLocation: sourceLocation)
            try result.get()
        }
    }

    private func stop(sourceLocation: SourceLocation) async {
        let nodes = state.withLock { $0.nodes }
        let isOver = Signal()
        let stopping = task {
            for node in nodes {
                node.store.set(broken: false)
                await node.stop(sourceLocation: sourceLocation)
            }
            isOver.notify()
        }
        // What failed is tried again after a delay.
        while !isOver.isReached {
            time.advance(by: .seconds(1))
            await rest()
        }
        _ = await stopping.result
    }

    /// As kill -9 does: nothing that the node does from now on is written, and its process is gone.
    func kill(_ node: TestNode) {
        node.store.die()
        state.withLock { state in
            if let process = node.process { state.alive.remove(process.pid) }
        }
    }

    /// Lets time go by in small steps, in each of which every node does what is due. `until` ends it early.
    func pass(
        _ duration: Duration, step: Duration = .milliseconds(500), until isOver: () async throws -> Bool = { false }
    ) async rethrows {
        var left = duration
        while left > .zero, try await !isOver() {
            time.advance(by: min(left, step))
            left -= step
            await rest()
        }
    }

    /// Suspends until all nodes have done what they do without time going by.
    func rest() async { await turns.idle() }

    /// A task among those of the nodes.
    func task<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) -> Task<Value, any Error> {
        turns.task(body)
    }

    func job(_ id: JobID) async throws -> JobRecord { try #require(try await store.job(id)) }

    func outcomes(_ id: JobID) async throws -> [JobOutcome.Name?] {
        try #require(try await store.attempts(of: id)).map(\.outcome)
    }

    /// Lets time go by until the job is like that.
    func wait(
        _ id: JobID, atMost limit: Duration = .seconds(120), sourceLocation: SourceLocation = #_sourceLocation,
        until matches: (JobRecord) -> Bool
    ) async throws {
        await rest()
        try await pass(limit) { matches(try await job(id)) }
        #expect(matches(try await job(id)), sourceLocation: sourceLocation)
    }
}
