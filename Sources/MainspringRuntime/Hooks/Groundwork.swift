public import Logging
public import MainspringCore
import Synchronization
import Tracing

/// What is there before services start and after they have stopped: resources and hooks.
///
/// At the start resources are made, then start hooks run, each in the order of declaration. At the end shutdown hooks run,
/// then resources are closed, each in reverse. Whoever ignores its timeout is left behind, and named; everything else
/// still takes its turn.
public final class Groundwork: Sendable {
    private struct State {
        var preparing: Task<Void, any Error>?
        var isCancelled = false
        var hasRunHooks = false
        var failures: [String] = []
    }

    public let resources: Resources
    private let startHooks: [Hook]
    private let shutdownHooks: [Hook]
    private let zombies: ZombieRegister
    private let announcer: (any Announcer)?
    private let time: any TimeSource
    private let logger: Logger
    private let state = Mutex(State())
    /// The sequence itself goes on while the pool is blocked; only what it calls needs the pool.
    private let executor = PrivateExecutor(label: "mainspring.groundwork")

    /// How long something that was cancelled may take to end.
    static let patience = Duration.milliseconds(100)
    /// So much later than its time the end of it all is told, whoever hangs: before the shutdown ladder stops listening.
    static let overtime = Duration.milliseconds(500)

    public init(
        resources: Resources = Resources(), startHooks: [Hook] = [], shutdownHooks: [Hook] = [],
        zombies: ZombieRegister, announcer: (any Announcer)? = nil, time: any TimeSource, logger: Logger
    ) {
        self.resources = resources
        self.startHooks = startHooks
        self.shutdownHooks = shutdownHooks
        self.zombies = zombies
        self.announcer = announcer
        self.time = time
        self.logger = logger
    }

    public var isEmpty: Bool { resources.holders.isEmpty && startHooks.isEmpty && shutdownHooks.isEmpty }

    /// What went wrong in ``release(budget:completion:)`` otherwise than by being late, one sentence each.
    public var failures: [String] { state.withLock { $0.failures } }

    // MARK: Start

    /// Makes the resources and runs the start hooks. Call it once.
    ///
    /// Throws at the first that fails: `timed_out`, or `start_failed` with the error as its cause; ``release(budget:completion:)``
    /// is due then too. Throws `CancellationError` after ``cancel()``.
    public func prepare() async throws {
        guard !state.withLock({ $0.isCancelled }) else { throw CancellationError() }
        let task = Task(name: "mainspring.groundwork", executorPreference: executor) { try await self.prepareInOrder() }
        let isCancelled = state.withLock { state in
            state.preparing = task
            return state.isCancelled
        }
        if isCancelled { task.cancel() }
        try await task.value
    }

    /// Cuts ``prepare()`` short, also one that has yet to come.
    public func cancel() {
        let task = state.withLock { state in
            state.isCancelled = true
            return state.preparing
        }
        task?.cancel()
    }

    @concurrent private func prepareInOrder() async throws {
        for holder in resources.holders {
            let took = try await start("making \(holder.name)", holder.timeout, holder.site) { [resources] in
                try await holder.open(with: resources)
            }
            logger.info("resource made", metadata: ["resource": "\(holder.name)", "took": "\(took.text)"])
        }
        state.withLock { $0.hasRunHooks = true }
        for hook in startHooks {
            let took = try await start("the start hook \(hook.name)", hook.timeout, hook.site) {
                try await self.run(hook)
            }
            logger.info("start hook ran", metadata: ["hook": "\(hook.name)", "took": "\(took.text)"])
        }
    }

    private func start(
        _ what: String, _ timeout: Duration, _ site: SourceSite?,
        _ body: @escaping @Sendable @concurrent () async throws -> Void
    ) async throws -> Duration {
        try Task.checkCancellation()
        let began = time.monotonic()
        do {
            try await perform(what, timeout, site, body)
        } catch let error as MainspringError where error.code == .timedOut {
            throw error
        } catch {
            try Task.checkCancellation()
            throw MainspringError(
                .startFailed, "\(what) failed", cause: error.sentence, hint: site.map { "It is declared at \($0)." })
        }
        return time.monotonic() - began
    }

    private func run(_ hook: Hook) async throws {
        let context = HookContext(name: hook.name, logger: logger, resources: resources)
        try await Spans.run("hook", ["hook.name": .string(hook.name)]) { try await hook.body(context) }
    }

    private func perform(
        _ what: String, _ limit: Duration, _ site: SourceSite?,
        _ body: @escaping @Sendable @concurrent () async throws -> Void
    ) async throws {
        let site = site ?? SourceSite()
        try await withAbandoningDeadline(
            limit, name: what, patience: Self.patience, zombies: zombies, time: time, fileID: site.file,
            line: site.line, operation: body)
    }

    // MARK: End

    /// Runs the shutdown hooks, unless the start never came to its hooks, and closes what was made; then calls
    /// `completion` once, on any thread, with those that did not end in time.
    ///
    /// Each has its own timeout or what is left of `budget`, but at least a moment, to be begun at all.
    public func release(budget: Duration, completion: @escaping @Sendable ([Laggard]) -> Void) {
        cancel()
        Task(name: "mainspring.groundwork", executorPreference: executor) {
            completion(await self.releaseInOrder(budget))
        }
    }

    @concurrent private func releaseInOrder(_ budget: Duration) async -> [Laggard] {
        let deadline = time.monotonic() + budget
        let (preparing, hasRunHooks) = state.withLock { ($0.preparing, $0.hasRunHooks) }
        _ = await preparing?.result
        var laggards: [Laggard] = []
        for hook in shutdownHooks.reversed() where hasRunHooks {
            laggards += await end("the shutdown hook \(hook.name)", hook.timeout, deadline, hook.site) {
                try await self.run(hook)
            } done: {
                .hookRan(hook.name, after: $0)
            }
        }
        for holder in resources.holders.reversed() where holder.isOpen {
            laggards += await end("closing \(holder.name)", holder.closingTimeout, deadline, holder.site) {
                try await holder.close()
            } done: {
                .resourceClosed(holder.name, after: $0)
            }
        }
        return laggards
    }

    private func end(
        _ what: String, _ timeout: Duration, _ deadline: MonotonicInstant, _ site: SourceSite?,
        _ body: @escaping @Sendable @concurrent () async throws -> Void, done: (Duration) -> Announcement
    ) async -> [Laggard] {
        let began = time.monotonic()
        let place = site.map { "declared at \($0)" }
        guard began < deadline + Self.overtime else {
            return [Laggard(path: what, after: .zero, wasKilled: true, standing: "no time was left for it")]
        }
        let limit = max(Self.patience, min(timeout, deadline - began))
        do {
            try await perform(what, limit, site, body)
            announcer?.announce(done(time.monotonic() - began))
            return []
        } catch let error as MainspringError where error.code == .timedOut && time.monotonic() - began >= limit {
            let runs = zombies.list().contains { $0.name == what }
            return [Laggard(path: what, after: time.monotonic() - began, wasKilled: !runs, standing: place)]
        } catch {
            logger.error("\(what) failed", metadata: ["error": "\(error.sentence)"])
            state.withLock { $0.failures.append("\(what) failed: \(error.sentence)") }
            return []
        }
    }
}
