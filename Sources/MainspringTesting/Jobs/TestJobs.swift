import Logging
public import MainspringCore
public import MainspringJobs
public import MainspringRuntime
package import MainspringStore

/// One node's jobs in memory, for one test.
public struct TestJobs: Sendable {
    /// Enqueues, waits, cancels and looks, as `app.jobs` does.
    public let client: JobClient
    /// What happened, in order.
    public let events: EventRecorder
    package let store: MemoryJobStore
    package let system: JobSystem
}

/// Runs `body` beside a node that runs jobs of these kinds: in memory, without a listener, a folder or a log.
///
/// Queues that `queues` does not have are as those that nobody declared. `provided` resources are made first and closed at the
/// end. With a clock of the test's own (``ManualTime``) retries and timeouts take as long as the test says.
///
/// When `body` returns or throws, jobs that run are told to end, and waited for.
public func withTestJobs<Value>(
    _ kinds: any Job.Type..., queues: [String: QueueOptions] = [:], provided: [ProvidedResource] = [],
    time: any TimeSource = SystemTime(), isolation: isolated (any Actor)? = #isolation,
    _ body: (TestJobs) async throws -> Value
) async throws -> Value {
    try await withTestRuntime(time: time, provided: provided) { runtime in
        let environment = JobEnvironment(logger: runtime.logger, resources: runtime.resources, node: "test")
        func kind<J: Job>(_ type: J.Type) -> JobKind { JobKind(type, in: environment) }
        let kinds = kinds.map { kind($0) }
        let defaults = Dictionary(kinds.map { ($0.queue, QueueOptions()) }) { first, _ in first }
        let store = MemoryJobStore(time: time)
        let system = JobSystem(
            registry: JobRegistry(
                kinds: kinds, queues: defaults.merging(queues) { $1 }, middleware: [TracingMiddleware()]),
            schedules: [], retention: Retention(),
            node: NodeFacts(identity: NodeIdentity(name: "test", incarnation: RandomIDSource().nonce())),
            store: store, time: time, ids: RandomIDSource(), sink: runtime.events,
            health: StoreHealth(logger: runtime.logger), logger: runtime.logger
        ) {}
        environment.attach(system)
        try await system.join()
        let jobs = TestJobs(client: system.client, events: runtime.events, store: store, system: system)
        let run = Task { await system.run() }
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(jobs))
        } catch {
            result = .failure(error)
        }
        run.cancel()
        await run.value
        await runtime.stop()
        return try result.get()
    }
}
