import GRDB
import Logging
import MainspringCore
import MainspringJobs
import MainspringRedis
import MainspringSQLite
import MainspringStore
import MainspringTelemetry

/// A node's store, with what keeps jobs while its server is away.
struct NodeStore: Sendable {
    /// What the jobs use.
    let jobs: any JobStore
    /// Nil for a store without a server.
    let failover: FailoverStore?
    private let gate: StoreGate

    /// In the application's own database, if it has one for jobs. A server that is away, or takes no writes, is no error: the
    /// node begins with its spool. Throws `configuration` or `store_denied` for one that will never do, and as the stores do.
    static func open(
        _ configuration: StoreConfiguration, in pool: DatabasePool?, spool path: String, time: any TimeSource,
        metrics: MetricsRecorder, sink: any EventSink, logger: Logger
    ) async throws -> NodeStore {
        let gate = StoreGate()
        func observed<Base: JobStore>(_ base: Base) -> ObservedStore<Base> {
            ObservedStore(base: base, gate: gate, time: time) { [name = base.name] op, took in
                metrics.stepped(store: name, op: op, took: took)
            }
        }
        if let pool {
            return NodeStore(jobs: observed(try SQLiteJobStore(sharing: pool, time: time)), failover: nil, gate: gate)
        }
        switch configuration.backend {
        case .memory: return NodeStore(jobs: observed(MemoryJobStore(time: time)), failover: nil, gate: gate)
        case .sqlite(let path):
            return NodeStore(
                jobs: observed(try configuration.openFile(path, time: time)), failover: nil, gate: gate)
        case .redis(let redis):
            let server = redis.store(time: time)
            do {
                try await greet(server, redis, logger)
                let news = FailoverNews(sink: sink, time: time)
                let failover = try await FailoverStore(
                    primary: observed(server), spool: try SQLiteSpool(path: path, bounds: redis.spool),
                    whileAway: redis.whileAway, time: time, onChange: news.tell)
                return NodeStore(jobs: failover, failover: failover, gate: gate)
            } catch {
                try? await server.close()
                throw error
            }
        }
    }

    private static func greet(
        _ server: RedisJobStore, _ redis: StoreConfiguration.Redis, _ logger: Logger
    ) async throws {
        do {
            let condition = try await server.open()
            for note in condition.notes { logger.warning("\(note)", metadata: ["store": "\(redis.endpoint)"]) }
        } catch let error as MainspringError where error.isOutage {
            logger.warning(
                "The store is away at the start: the node begins with its spool",
                metadata: ["store": "\(redis.endpoint)", "error": "\(error)"])
        }
    }

    /// In memory; nil for a store without a server.
    var status: @Sendable () -> FailoverStatus? { { [failover] in failover?.status } }

    func drill(_ kind: DrillKind?, client: JobClient, time: any TimeSource) -> FailoverDrill? {
        guard let failover, let kind else { return nil }
        return FailoverDrill(
            store: failover, gate: gate, kind: kind, client: client, time: time, ids: RandomIDSource())
    }
}
