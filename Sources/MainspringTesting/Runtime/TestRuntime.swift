import Logging
public import MainspringCore
public import MainspringRuntime
import Synchronization

/// A runtime for one test: a supervisor and resources that share nothing with those of other tests.
public struct TestRuntime: Sendable {
    /// Runs already; it has no children yet.
    public let supervisor: Supervisor
    public let resources: Resources
    public let events: EventRecorder
    /// Makes children of this runtime.
    public let context: SupervisorContext
    let logger: Logger
    fileprivate let groundwork: Groundwork

    private static let running = Mutex(0)

    /// How many there are in this process now.
    public static var count: Int { running.withLock { $0 } }

    fileprivate init(_ policy: SupervisionPolicy, time: any TimeSource, provided: [ProvidedResource]) throws {
        logger = Logger(label: "mainspring.test") { _ in SwiftLogNoOpLogHandler() }
        events = EventRecorder()
        resources = Resources(provided)
        context = SupervisorContext(time: time, sink: events, logger: logger, resources: resources)
        groundwork = Groundwork(resources: resources, zombies: context.zombies, time: time, logger: logger)
        supervisor = try Supervisor(children: [], policy: policy, context: context)
        supervisor.start()
    }

    /// Stops the children, then closes the resources, as a node does; answers with those that were late.
    ///
    /// `budget` is for each of the two, and by default 30 s: more than a node takes, as a machine that runs tests is busy.
    @discardableResult
    public func stop(within budget: Duration = .seconds(30)) async -> [Laggard] {
        let late = await supervisor.stop(budget: budget)
        return await late
            + withCheckedContinuation { continuation in
                groundwork.release(budget: budget) { continuation.resume(returning: $0) }
            }
    }

    fileprivate func prepare() async throws { try await groundwork.prepare() }

    fileprivate func begin() { Self.running.withLock { $0 += 1 } }

    /// Nothing of a failed test goes on in the next one, as far as that can be had.
    fileprivate func end() {
        Self.running.withLock { $0 -= 1 }
        supervisor.forceKill()
    }

    fileprivate var leak: RuntimeLeak? {
        let leak = RuntimeLeak(children: Self.living(supervisor.tree(), below: ""), resources: resources.open)
        return leak.children.isEmpty && leak.resources.isEmpty ? nil : leak
    }

    private static func living(_ nodes: [ChildStatus], below path: String) -> [String] {
        nodes.flatMap { node -> [String] in
            let below = living(node.children, below: "\(path)\(node.name)/")
            return below.isEmpty && node.startedAt != nil ? ["\(path)\(node.name)"] : below
        }
    }
}

/// What a test left behind.
public struct RuntimeLeak: Error, Sendable, Equatable, CustomStringConvertible {
    /// Paths of children that still live: `workers/feed`.
    public var children: [String]
    /// Names of resources that are still open.
    public var resources: [String]

    public var description: String {
        let lists = [("children still alive", children), ("resources still open", resources)]
        return lists.filter { !$0.1.isEmpty }.map { "\($0): \($1.joined(separator: ", "))" }.joined(separator: "; ")
    }
}

/// Runs `body` with a runtime of its own, then looks at what it left behind.
///
/// `provided` resources are made first. What `body` starts it must stop, with ``TestRuntime/stop(within:)`` or one by one:
/// children that live and resources that are open when it returns are named in the ``RuntimeLeak`` that is thrown then. An
/// error of its own is thrown as it is. Children are cancelled either way.
public func withTestRuntime<Value>(
    _ policy: SupervisionPolicy = SupervisionPolicy(), time: any TimeSource = SystemTime(),
    provided: [ProvidedResource] = [], isolation: isolated (any Actor)? = #isolation,
    _ body: (TestRuntime) async throws -> Value
) async throws -> Value {
    let runtime = try TestRuntime(policy, time: time, provided: provided)
    runtime.begin()
    defer { runtime.end() }
    try await runtime.prepare()
    let value = try await body(runtime)
    if let leak = runtime.leak { throw leak }
    return value
}
