import Foundation
import Logging
import MainspringCore
import MainspringJobs
import MainspringRuntime
import MainspringStore
import MainspringTesting
import Synchronization
import Testing

@testable import MainspringRedis

/// Three nodes of unequal size on one namespace; only the length of their jobs is a test's.
@Suite("The load of uneven nodes", .serialized, .timeLimit(.minutes(2)))
struct LoadShareTests {
    private static let workers = ["small": 1, "middle": 4, "large": 8]
    private static let slots = 13

    /// Jobs that end when the test's clock of ticks says so, counted by node.
    private final class Ticks: Sendable {
        private struct Running {
            let node: String
            let end: Int
            let continuation: CheckedContinuation<Void, Never>
        }

        private struct State {
            var now = 0
            var running: [Running] = []
            var ended: [String: Int] = [:]
            var waiter: CheckedContinuation<Void, Never>?
        }

        private let state = Mutex(State())

        var ended: [String: Int] { state.withLock { $0.ended } }

        @concurrent func run(on node: String, for length: Int) async {
            await withCheckedContinuation { continuation in
                let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
                    state.running.append(
                        Running(node: node, end: state.now + length, continuation: continuation))
                    guard state.running.count == LoadShareTests.slots else { return nil }
                    defer { state.waiter = nil }
                    return state.waiter
                }
                waiter?.resume()
            }
        }

        /// Suspends until every worker of every node has a job.
        @concurrent func allAreBusy() async {
            await withCheckedContinuation { continuation in
                let areBusy = state.withLock { state in
                    if state.running.count < LoadShareTests.slots { state.waiter = continuation }
                    return state.running.count >= LoadShareTests.slots
                }
                if areBusy { continuation.resume() }
            }
        }

        func advance() {
            let over = state.withLock { state in
                state.now += 1
                let over = state.running.filter { $0.end <= state.now }
                state.running.removeAll { $0.end <= state.now }
                for job in over { state.ended[job.node, default: 0] += 1 }
                return over
            }
            for job in over { job.continuation.resume() }
        }

        /// Every job that is under way and every later one ends at once.
        func letGo() {
            let running = state.withLock { state in
                state.now = .max / 2
                defer { state.running = [] }
                return state.running
            }
            for job in running { job.continuation.resume() }
        }
    }

    private struct Executor: JobExecutor {
        let body: @Sendable () async -> Void
        func run(_ attempt: JobAttempt) async -> AttemptResult {
            await body()
            return AttemptResult(.success(result: nil))
        }
    }

    private struct Silence: EventSink {
        func emit(_ event: MainspringEvent) {}
    }

    private func node(
        _ name: String, _ workers: Int, _ namespace: String, _ body: @escaping @Sendable (String) async -> Void
    ) async throws -> (JobSystem, RedisJobStore) {
        let store = RedisJobStore(
            try await StoreKit.endpoint(), namespace: namespace, time: SystemTime(), options: StoreKit.options)
        _ = try await store.open()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let kind = JobKind(name: "nap", validate: { _ in nil }, executor: Executor { await body(name) })
        let system = JobSystem(
            registry: JobRegistry(
                kinds: [kind], queues: ["default": QueueOptions(workers: workers, limit: 100_000)]),
            schedules: [], retention: Retention(),
            node: NodeFacts(identity: NodeIdentity(name: name, incarnation: RandomIDSource().nonce())), store: store,
            time: SystemTime(), ids: RandomIDSource(), sink: Silence(), health: StoreHealth(logger: logger),
            logger: logger, drained: {})
        try await system.join()
        return (system, store)
    }

    /// Runs `test` with three nodes and so many jobs, which `body` runs.
    private func withNodes(
        jobs: Int, _ body: @escaping @Sendable (String) async -> Void,
        _ test: (RedisJobStore, JobClient) async throws -> Void, ending end: () -> Void = {}
    ) async throws {
        let namespace = StoreKit.namespace()
        var nodes: [(system: JobSystem, store: RedisJobStore)] = []
        for (name, workers) in Self.workers.sorted(by: { $0.key < $1.key }) {
            nodes.append(try await node(name, workers, namespace, body))
        }
        let works = nodes.map { node in Task { await node.system.run() } }
        let client = nodes[0].system.client
        for _ in 0..<jobs / 100 {
            _ = try await client.enqueue(Array(repeating: JobRequest(kind: "nap", arguments: [:]), count: 100))
        }
        let result: Result<Void, any Error>
        do { result = .success(try await test(nodes[0].store, client)) } catch { result = .failure(error) }
        end()
        for work in works { work.cancel() }
        for work in works { await work.value }
        for node in nodes { try await node.store.close() }
        try result.get()
    }

    private func running(_ store: RedisJobStore) async throws -> Int? {
        try await store.queues().first?.counts[.running]
    }

    @Test("follows their workers: nobody takes more than it runs")
    func workers() async throws {
        let ticks = Ticks()
        try await withNodes(jobs: 600) {
            await ticks.run(on: $0, for: 1)
        } _: { store, _ in
            for _ in 0..<30 {
                await ticks.allAreBusy()
                ticks.advance()
            }
            await ticks.allAreBusy()
            #expect(ticks.ended == ["small": 30, "middle": 120, "large": 240])
            let running = try await running(store)
            #expect(running == Self.slots)
        } ending: {
            ticks.letGo()
        }
    }

    @Test("follows their speed: a node whose jobs take five times as long gets a fifth for each worker")
    func speed() async throws {
        let ticks = Ticks()
        try await withNodes(jobs: 600) {
            await ticks.run(on: $0, for: $0 == "large" ? 5 : 1)
        } _: { store, _ in
            for _ in 0..<50 {
                await ticks.allAreBusy()
                ticks.advance()
            }
            await ticks.allAreBusy()
            #expect(ticks.ended == ["small": 50, "middle": 200, "large": 80])
            let running = try await running(store)
            #expect(running == Self.slots)
        } ending: {
            ticks.letGo()
        }
    }

    /// Real time: on a busy machine its figures mean nothing.
    @Test(
        "measured, with jobs of 20 ms",
        .enabled(if: ProcessInfo.processInfo.environment["MAINSPRING_MEASURE"] != nil))
    func measured() async throws {
        for slow in [nil, "large"] {
            let counts = Mutex<[String: Int]>([:])
            let jobs = 4000
            let done = Signal()
            let time = SystemTime()
            let total = Mutex(0)
            let start = time.monotonic()
            try await withNodes(jobs: jobs) { node in
                try? await time.sleep(for: .milliseconds(node == slow ? 100 : 20))
                counts.withLock { $0[node, default: 0] += 1 }
                let count = total.withLock { total in
                    total += 1
                    return total
                }
                if count == jobs { done.notify() }
            } _: { _, _ in
                await done.wait()
            }
            let took = time.monotonic() - start
            let capacities = Self.workers.map { name, workers in
                (name, Double(workers) / (name == slow ? 5 : 1))
            }
            let sum = capacities.reduce(0) { $0 + $1.1 }
            let shares = counts.withLock { $0 }
            for (name, capacity) in capacities {
                let (share, fair) = (Double(shares[name] ?? 0) / Double(jobs), capacity / sum)
                print("slow: \(slow ?? "none"); \(name): \(share) of the jobs, \(fair) of the capacity; \(took)")
                #expect(abs(share / fair - 1) < 0.25, "\(name)")
            }
        }
    }
}
