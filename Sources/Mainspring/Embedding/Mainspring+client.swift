import MainspringCore
public import MainspringJobs
import MainspringRuntime
import MainspringStore

extension Mainspring {
    /// The jobs of the node whose configuration file is at `path`, for a program that only enqueues, waits and cancels: no node
    /// runs here, nothing listens, and no lock is held. The store may be in use by others; close it at the end.
    ///
    /// Kinds in Swift need no declaration. Kinds of the file are known with their arguments, and its queues with their limits;
    /// any other queue has the default limit here, whatever its node says.
    ///
    /// With Redis nothing is asked of the server yet. The first call looks at it as a node does at its start, and throws
    /// `store_denied` for one that cannot keep jobs or refuses the login; the next call looks again. There is no spool here:
    /// while the server is away calls throw `store_unreachable`, at once when that is known, else within seconds. What such an
    /// enqueue has written is not known: give the job an `id`, and enqueue it again.
    ///
    /// Throws `ConfigurationErrors` for a file that is wrong, `configuration` when its jobs are in memory, or a store's error.
    public static func client(_ path: String) throws -> JobConnection {
        let configuration = try Configuration.ofProgram(path)
        let queues = configuration.queues.mapValues { QueueOptions(workers: $0.workers, limit: $0.limit) }
        let registry = JobRegistry(kinds: configuration.kinds { _ in IdleExecutor() }, queues: queues)
        return try connection(to: configuration.store, registry)
    }

    /// The same without a file, for the store at `store`: `sqlite:PATH`, or a URL such as `redis://127.0.0.1:6379/0` (in the
    /// default namespace). `queues` are those whose limit is not the default.
    public static func client(store: String, queues: [String: QueueOptions] = [:]) throws -> JobConnection {
        guard let backend = StoreConfiguration.Backend(text: store), backend != .sqlite(path: "") else {
            throw MainspringError(
                .configuration, "'\(ShownValue.withoutCredentials(store))' names no store that processes can share",
                hint: "Give it as sqlite:PATH with the node's path, or as redis://HOST[:PORT][/DATABASE].")
        }
        return try connection(
            to: StoreConfiguration(backend: backend, durability: .full), JobRegistry(kinds: [], queues: queues))
    }

    private static func connection(to store: StoreConfiguration, _ registry: JobRegistry) throws -> JobConnection {
        guard store.backend != .memory else {
            throw MainspringError(
                .configuration, "jobs in memory are the node's alone", hint: "Give both 'store: sqlite'.")
        }
        return JobConnection(
            registry: registry, store: try store.open(time: SystemTime()), time: SystemTime(), ids: RandomIDSource(),
            sink: FanOutSink([]))
    }
}

/// Of kinds that do not run here.
private struct IdleExecutor: JobExecutor {
    func run(_ attempt: JobAttempt) async -> AttemptResult { AttemptResult(.interrupted) }
}
