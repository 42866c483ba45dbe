public import GRDB
import MainspringCore
public import MainspringJobs
public import MainspringRuntime
import Synchronization

/// START HERE for programs in Swift: what the closure of ``Mainspring/run(_:file:line:configure:)`` declares, and what the
/// running program is asked for.
///
/// Declarations are made in the closure; the rest may be used from anywhere, services and request handlers included.
public final class MainspringApplication: ServiceScope {
    private struct State {
        var resources: [ProvidedResource] = []
        var jobPool: DatabasePool?
        var startHooks: [Hook] = []
        var shutdownHooks: [Hook] = []
        var handle: ApplicationHandle?
        var isStopAsked = false
    }

    public let children = DeclaredChildren()
    let jobDeclarations = JobDeclarations()
    private let state = Mutex(State())

    init() {}

    // MARK: Resources and hooks

    /// Provides a pool or a client: made at the start, before services and hooks, and closed at the end, after them, in
    /// reverse order of declaration and on every path. It is read by its type, `try context[PriceFeed.self]`, or by type and
    /// name where several are of one type.
    ///
    /// A `make` that throws, a check that throws, or `timeout` for both ends the start: what was made is closed, and the
    /// process exits with 1. What does not close within `closingTimeout`, or what the stop has left, is left and named.
    public func provide<Resource: Sendable>(
        _ type: Resource.Type, name: String? = nil, timeout: Duration = .seconds(30),
        closingTimeout: Duration = .seconds(5),
        checking: (@Sendable @concurrent (Resource) async throws -> Void)? = nil,
        closing: (@Sendable @concurrent (Resource) async throws -> Void)? = nil, file: String = #fileID,
        line: Int = #line, make: @escaping @Sendable @concurrent () async throws -> Resource
    ) {
        provide(
            type, name: name, timeout: timeout, closingTimeout: closingTimeout, checking: checking, closing: closing,
            file: file, line: line
        ) { _ in try await make() }
    }

    /// The same, for a resource that is made of earlier ones: `{ resources in Cache(try resources[Pool.self]) }`.
    public func provide<Resource: Sendable>(
        _ type: Resource.Type, name: String? = nil, timeout: Duration = .seconds(30),
        closingTimeout: Duration = .seconds(5),
        checking: (@Sendable @concurrent (Resource) async throws -> Void)? = nil,
        closing: (@Sendable @concurrent (Resource) async throws -> Void)? = nil, file: String = #fileID,
        line: Int = #line, make: @escaping @Sendable @concurrent (Resources) async throws -> Resource
    ) {
        let provided = ProvidedResource(
            type, name: name, timeout: timeout, closingTimeout: closingTimeout,
            site: SourceSite(file: file, line: line), checking: checking, closing: closing, make: make)
        state.withLock { $0.resources.append(provided) }
    }

    /// Something to do before services start, in order of declaration. When it throws or is not done within its timeout the
    /// node does not start: what was made is closed, and the process exits with 1.
    public func onStart(
        _ name: String, timeout: Duration = .seconds(30), file: String = #fileID, line: Int = #line,
        body: @escaping Hook.Body
    ) {
        let hook = Hook(name: name, timeout: timeout, site: SourceSite(file: file, line: line), body: body)
        state.withLock { $0.startHooks.append(hook) }
    }

    /// Something to do when services have stopped, before resources are closed, in reverse order of declaration; skipped
    /// when the start did not come as far as its hooks. When it throws, the rest still runs, and the process exits with 1.
    public func onShutdown(
        _ name: String, timeout: Duration = .seconds(5), file: String = #fileID, line: Int = #line,
        body: @escaping Hook.Body
    ) {
        let hook = Hook(name: name, timeout: timeout, site: SourceSite(file: file, line: line), body: body)
        state.withLock { $0.shutdownHooks.append(hook) }
    }

    /// Keeps the job tables in the application's own database, so that enqueueing can be part of its transactions
    /// (``MainspringJobs/JobClient/enqueue(_:in:)``). Their names begin with `mainspring_`. It goes before the configuration's
    /// `store`; how durable a commit is, is the pool's business, and so is its close, after the node's stop.
    public func jobs(in pool: DatabasePool) {
        state.withLock { $0.jobPool = pool }
    }

    // MARK: The running node

    /// Throws `not_running` before resources are made, which is also while the closure declares.
    public var jobs: JobClient { get throws { try handle.jobs } }

    /// The supervisor of everything that was declared: children are added to it or to its groups, removed, restarted and
    /// looked at. Throws as ``jobs`` does.
    public var services: Supervisor { get throws { try handle.services } }

    /// `starting` until every start hook has run, `stopped` when nothing is left.
    public var phase: NodePhase { state.withLock { $0.handle }?.phase() ?? .starting }

    public var isRunning: Bool { phase == .running }

    /// Stops the node in order, as SIGTERM does; returns at once. Before the start it keeps the node from starting.
    public func stop() {
        let handle = state.withLock { state in
            state.isStopAsked = true
            return state.handle
        }
        handle?.stop()
    }

    private var handle: ApplicationHandle {
        get throws {
            if let handle = state.withLock({ $0.handle }) { return handle }
            throw MainspringError(
                .notRunning, "the application has not started yet",
                hint: "Use it in a service, a loop or a hook, not in the closure that declares them.")
        }
    }

    // MARK: For the node

    var declarations: Declarations {
        let children = children.close()
        let jobs = jobDeclarations.close()
        return state.withLock { state in
            Declarations(
                children: children, resources: state.resources, startHooks: state.startHooks,
                shutdownHooks: state.shutdownHooks, jobs: jobs, jobPool: state.jobPool)
        }
    }

    func attach(_ handle: ApplicationHandle) {
        let isStopAsked = state.withLock { state in
            state.handle = handle
            return state.isStopAsked
        }
        if isStopAsked { handle.stop() }
    }
}

/// What an application can reach of its node.
struct ApplicationHandle: Sendable {
    let jobs: JobClient
    let services: Supervisor
    let phase: @Sendable () -> NodePhase
    let stop: @Sendable () -> Void
}
