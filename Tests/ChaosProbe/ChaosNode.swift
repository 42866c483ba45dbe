import Foundation
import Logging
import MainspringCore
import MainspringJobs
import MainspringRedis
import MainspringRuntime
import MainspringSQLite
import MainspringStore

/// The job system of a node over Redis, as the composition root wires it, but for what listens.
struct ChaosNode {
    let system: JobSystem
    private let store: FailoverStore
    private let replaying: Task<Void, Never>
    private let working: Task<Void, Never>

    private struct Executor: JobExecutor {
        let ledger: ChaosLedger
        let duration: Duration

        func run(_ attempt: JobAttempt) async -> AttemptResult {
            let (id, number) = (attempt.lease.job.id, attempt.lease.job.attempt)
            // Only those with a key have another one than their id.
            let arguments = attempt.lease.job.arguments
            let key = arguments.contains(id.rawValue) ? "-" : arguments.split(separator: "\"").dropFirst(3).first ?? "?"
            ledger.write("R \(id) \(number) \(key)")
            // A probe has no other time than the machine's.
            try? await Task.sleep(for: duration)
            ledger.write("X \(id) \(number)")
            return AttemptResult(.success(result: nil))
        }
    }

    static func start(
        url: String, folder: String, name: String, workers: Int, runs duration: Duration, ledger: ChaosLedger
    ) async throws -> ChaosNode {
        let time = SystemTime()
        let redis = RedisJobStore(try RedisEndpoint(url: url), namespace: "chaos", time: time)
        let spool = try SQLiteSpool(path: "\(folder)/spool.db")
        let store = try await FailoverStore(primary: redis, spool: spool, time: time) { status in
            ledger.write(
                "T \(status.state.rawValue) \(status.reason?.rawValue ?? "-") \(status.spool.jobs) \(status.conflicts) \(status.stale) \(status.resent)"
            )
        }
        ledger.write("T \(store.status.state.rawValue) \(store.status.reason?.rawValue ?? "-") 0 0 0 0")
        let replaying = Task { await store.run() }
        let logger = Logger(label: "chaos") { _ in SwiftLogNoOpLogHandler() }
        let kind = JobKind(
            name: "chaos", maxRescues: 1000, validate: { _ in nil },
            executor: Executor(ledger: ledger, duration: duration))
        let system = JobSystem(
            registry: JobRegistry(kinds: [kind], queues: ["default": QueueOptions(workers: workers, limit: .max)]),
            schedules: [], retention: Retention(),
            node: NodeFacts(
                identity: NodeIdentity(name: name, incarnation: RandomIDSource().nonce()), process: .current(),
                isAlive: { $0.isAlive() }),
            store: store, time: time, ids: RandomIDSource(), sink: Silence(), health: StoreHealth(logger: logger),
            logger: logger, drained: {})
        try await system.join()
        return ChaosNode(
            system: system, store: store, replaying: replaying, working: Task { await system.run() })
    }

    private struct Silence: EventSink {
        func emit(_ event: MainspringEvent) {}
    }

    func stop() async throws {
        system.quiesce()
        await working.value
        replaying.cancel()
        await replaying.value
        try await store.close()
    }
}
