import Dispatch
import Glibc
import Logging
import MainspringCore
import MainspringTesting
import Synchronization
import Testing

@testable import MainspringRuntime

@Suite("With every thread of the concurrency pool blocked")
struct BlockedPoolTests {
    @Test("a crash is answered, a signal is heard, services stop, and the node exits", .timeLimit(.minutes(1)))
    func nodeStillStops() async throws {
        let time = SystemTime()
        let events = EventRecorder()
        let spawner = FakeSpawner()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let backoff = RestartBackoff(base: .milliseconds(1), cap: .milliseconds(1))
        var feed = service("feed")
        feed.backoff = backoff
        let context = SupervisorContext(time: time, sink: events, logger: logger)
        let supervisor = try Supervisor(children: [context.child(feed, spawner: spawner)], context: context)
        let node = SupervisedNode(supervisor)
        let exited = DispatchSemaphore(value: 0)
        let result = Box<ShutdownResult>()
        let ladder = ShutdownLadder(
            participant: node, policy: ShutdownPolicy(), time: time, announcer: RecordingAnnouncer(), logger: logger
        ) {
            result.set($0)
            exited.signal()
        }
        node.connect(ladder)
        let listener = SignalListener([SIGUSR2]) { ladder.handle(signal: $0) }
        supervisor.start()
        await events.first { $0.isReady }

        await withBlockedPool {
            // All of this happens without the pool; each wait ends by what it waits for.
            spawner.last("feed")?.exit(.code(1))
            wait(time) { spawner.children.count == 2 }
            kill(getpid(), SIGUSR2)
            wait(time) { spawner.last("feed")?.asked.isEmpty == false }
            spawner.last("feed")?.exit(.signal(15))
            _ = exited.wait(timeout: .now() + .seconds(20))
        }
        listener.cancel()
        #expect(result.value?.exitCode == 0)
        #expect(node.isClosed)
    }
}

/// No jobs, and one supervisor.
private final class SupervisedNode: ShutdownParticipant {
    private let supervisor: Supervisor
    private let state = Mutex((ladder: ShutdownLadder?.none, isClosed: false))

    var isClosed: Bool { state.withLock { $0.isClosed } }

    init(_ supervisor: Supervisor) { self.supervisor = supervisor }

    func connect(_ ladder: ShutdownLadder) { state.withLock { $0.ladder = ladder } }
    func quiesce() { state.withLock { $0.ladder }?.jobsDrained() }
    func busyJobs() -> [String] { [] }
    func cancelJobs() {}
    func killJobs() -> [Laggard] { [] }
    func runningServices() -> [String] { supervisor.running() }
    func killServices() { supervisor.forceKill() }
    func close() async { state.withLock { $0.isClosed = true } }
    func tally() -> ShutdownTally { ShutdownTally() }

    func stopServices(budget: Duration, completion: @escaping @Sendable ([Laggard]) -> Void) {
        supervisor.stop(budget: budget, completion: completion)
    }

    func release(budget: Duration, completion: @escaping @Sendable ([Laggard]) -> Void) { completion([]) }
}

extension MainspringEvent {
    fileprivate var isReady: Bool {
        if case .service(.ready) = self { true } else { false }
    }
}
