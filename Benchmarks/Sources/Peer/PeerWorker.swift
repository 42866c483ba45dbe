import Glibc
import MainspringCore
import MainspringJobs
import MainspringRuntime

/// Runs jobs until SIGTERM; then hands back what runs, and ends.
enum PeerWorker {
    static func run() async throws {
        let (signals, heard) = AsyncStream<Int32>.makeStream()
        let listener = SignalListener([SIGTERM]) { heard.yield($0) }
        defer { listener.cancel() }
        PeerRecorder.shared.publishing()
        // A place for each worker process of a run: the spool's lock decides.
        let place = try place()
        let opened = try await PeerStore.open(for: "worker-\(place)")
        let environment = JobEnvironment(
            logger: PeerEnvironment.logger, resources: Resources(), node: "worker-\(place)")
        let system = JobSystem(
            registry: PeerEnvironment.registry(environment, workers: PeerEnvironment.concurrency), schedules: [],
            retention: Retention(),
            node: NodeFacts(
                identity: NodeIdentity(name: "worker-\(place)", incarnation: RandomIDSource().nonce()),
                process: .current(), isAlive: { $0.isAlive() }),
            store: opened.store, time: SystemTime(), ids: RandomIDSource(), sink: PeerEnvironment.Silence(),
            health: StoreHealth(logger: PeerEnvironment.logger), logger: PeerEnvironment.logger, drained: {})
        environment.attach(system)
        try await system.join()
        let work = Task { await system.run() }
        for await _ in signals { break }
        work.cancel()
        await work.value
        try await opened.close()
    }

    /// The first number whose lock file nobody holds; the file stays locked while the process lives.
    private static func place() throws -> Int {
        for number in 0..<64 {
            let file = open(
                "\(PeerEnvironment.folder)/worker-\(number).lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
            guard file >= 0 else { break }
            if flock(file, LOCK_EX | LOCK_NB) == 0 { return number }
            close(file)
        }
        throw MainspringError(.locked, "no place for one more worker")
    }
}
