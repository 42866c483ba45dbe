public import MainspringCore
public import MainspringStore

/// The jobs of a store, for a program that runs none of them: it enqueues, waits, cancels and looks.
///
/// It holds no lock and claims nothing; any number of them may be beside the nodes that use the store.
public final class JobConnection: Sendable {
    public let jobs: JobClient
    private let store: any JobStore
    private let dispatcher: Dispatcher
    private let writing: Task<Void, Never>

    /// `registry` may be empty: kinds in Swift need not be declared, and a queue that is not there has the default limit.
    public init(
        registry: JobRegistry, store: any JobStore, time: any TimeSource, ids: any IDSource, sink: any EventSink
    ) {
        let waiters = JobWaiters()
        let events = FanOutSink([sink, waiters])
        let dispatcher = Dispatcher(
            registry: registry, store: store, time: time, ids: ids, sink: events, takesAnyQueue: true
        ) { _ in }
        jobs = JobClient(
            dispatcher: dispatcher, registry: registry, engine: nil, store: store, time: time, sink: events,
            waiters: waiters, onRelease: { _ in })
        self.store = store
        self.dispatcher = dispatcher
        writing = Task(name: "mainspring.inserts") { await dispatcher.run() }
        store.onNews { news in
            if news.contains(.ended) { waiters.tellAll() }
        }
    }

    deinit { dispatcher.close() }

    /// Writes what was handed in, then closes the store; a job that is handed in later is refused with `draining`. Handles can
    /// no longer be asked.
    public func close() async throws {
        dispatcher.close()
        await writing.value
        store.onNews(nil)
        try await store.close()
    }
}
