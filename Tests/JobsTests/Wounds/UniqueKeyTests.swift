import MainspringCore
import MainspringJobs
import MainspringStore
import MainspringTesting
import Testing

@Suite("Wounds: a unique key and the ends of its job", .timeLimit(.minutes(1)))
struct UniqueKeyTests {
    enum End: CaseIterable {
        case success, failure, discard, timeout, silence, deadline, cancelWaiting, cancelRunning, cancelRetryable
        case cancelOfDead, ownerDies, poison, lateZombie, killedWhileSettling
    }

    private static let request = JobRequest(kind: "guarded", arguments: ["n": 1])

    private static func kind(_ end: End, _ executor: ScriptedExecutor) -> JobKind {
        JobKind(
            name: "guarded", arguments: ArgumentSchema(["n": ArgumentRule(.integer)]), timeout: .seconds(50),
            retry: RetryPolicy(maxAttempts: end == .cancelRetryable ? 2 : 1), unique: UniquePolicy(by: ["n"]),
            silence: end == .silence ? .seconds(10) : nil, deadline: end == .deadline ? .seconds(15) : nil,
            maxRescues: end == .poison ? 0 : 3, patience: .seconds(5), executor: executor)
    }

    private func start(_ name: String, _ cluster: Cluster, _ end: End) async throws -> TestNode {
        let executor = ScriptedExecutor.holding(ignoresStop: end == .silence || end == .lateZombie)
        return try await cluster.start(name, executor) { $0.kinds = [Self.kind(end, executor)] }
    }

    @Test("the key is free after its job's end, whatever the end, and not before", arguments: End.allCases)
    func free(after end: End) async throws {
        try await Cluster.run { cluster in
            let node = try await start("a", cluster, end)
            if end == .cancelWaiting { node.system.drain(true) }
            let id = try await node.add(Self.request)
            if end != .cancelWaiting { await node.executor.started(1) }
            guard case .duplicate(let holder)? = try await node.client.enqueue([Self.request]).first else {
                Issue.record("the key was not held")
                return
            }
            #expect(holder.id == id)
            try await bring(about: end, of: id, on: node, cluster)
            try await cluster.wait(id) { $0.state.isFinal }
            let witness = try await start("witness", cluster, end)
            let next = try await witness.add(Self.request)
            try await cluster.wait(next) { $0.state == .running }
            #expect(try await cluster.job(id).state.isFinal)
        }
    }

    private func bring(about end: End, of id: JobID, on node: TestNode, _ cluster: Cluster) async throws {
        switch end {
        case .success: node.executor.end(id)
        case .failure: node.executor.end(id, RunningTests.failure)
        case .discard: node.executor.end(id, .discarded(JobFailure(code: "exit_65", message: "bad")))
        case .timeout, .silence, .deadline: break
        case .cancelWaiting, .cancelRunning: _ = try await node.client.cancel(id)
        case .cancelRetryable:
            node.executor.end(id, RunningTests.failure)
            await node.settled(id)
            _ = try await node.client.cancel(id)
        case .cancelOfDead:
            let other = try await start("b", cluster, end)
            node.store.freeze()
            _ = try await other.client.cancel(id)
            cluster.kill(node)
        case .ownerDies:
            cluster.kill(node)
            let other = try await start("b", cluster, end)
            await other.executor.holds(id)
            other.executor.end(id)
        case .poison:
            _ = try await start("b", cluster, end)
            cluster.kill(node)
        case .lateZombie:
            let other = try await start("b", cluster, end)
            node.freeze()
            try await cluster.wait(id) { $0.node == "b" }
            await other.executor.holds(id)
            other.executor.end(id)
            await other.settled(id)
            node.thaw()
            node.executor.end(id)
            await node.events.first { $0 == .job(.staleWrite(id: id)) }
        case .killedWhileSettling:
            node.store.hold(.settle)
            node.executor.end(id)
            await node.store.holds(.settle)
            cluster.kill(node)
            node.store.release(.settle)
        }
    }
}
