import Logging
import MainspringCore
import Synchronization
import Tracing

/// A Swift closure as a supervisor's child.
struct TaskSource: ChildSource {
    private let body: ServiceBody
    private let context: SupervisorContext
    private let spec: ChildSpec

    init(_ context: SupervisorContext, spec: ChildSpec, body: @escaping ServiceBody) {
        self.context = context
        self.spec = spec
        self.body = body
    }

    func begin(_ line: ChildLine) throws -> any ChildLife {
        let life = TaskLife(
            line: line, spec: spec, time: context.time, lane: context.lane, zombies: context.zombies)
        var logger = context.logger
        logger[metadataKey: "service"] = "\(line.name)"
        life.start(body, ServiceContext(life: life, line: line, logger: logger, resources: context.resources))
        return life
    }
}

/// One run of the closure.
final class TaskLife: ChildLife {
    private struct State {
        var task: Task<Void, Never>?
        var stopAskedAt: MonotonicInstant?
        var cancelAt: MonotonicInstant?
        var isCancelled = false
        var hasEnded = false
        var timer: (any ScheduledAction)?
        var nextWaiter = 0
        var stopWaiters: [Int: CheckedContinuation<Void, Never>] = [:]
    }

    private let line: ChildLine
    private let spec: ChildSpec
    let zombies: ZombieRegister
    let time: any TimeSource
    private let lane: AbandonableLane
    private let state = Mutex(State())

    init(line: ChildLine, spec: ChildSpec, time: any TimeSource, lane: AbandonableLane, zombies: ZombieRegister) {
        self.line = line
        self.spec = spec
        self.time = time
        self.lane = lane
        let limit = spec.maxZombies
        self.zombies = ZombieRegister(parent: zombies) { count in
            let what = count == 1 ? "1 operation was" : "\(count) operations were"
            switch count {
            case 0: line.report(.recovered)
            case ...limit: line.report(.degraded("\(what) given up and still run"))
            default: line.report(.failing("\(what) given up and still run"))
            }
        }
    }

    func start(_ body: @escaping ServiceBody, _ context: ServiceContext) {
        let task = Task.detached(name: "mainspring.service.\(line.name)") { [self] in
            let end: ChildEnd
            do {
                try await Spans.run("service.run", ["service.name": .string(line.name)]) { try await body(context) }
                end = ChildEnd(isSuccess: true, detail: "returned")
            } catch is CancellationError where isStopping {
                end = ChildEnd(isSuccess: true, detail: "cancelled")
            } catch {
                end = ChildEnd(isSuccess: false, detail: "error: \(error)")
            }
            finish(end)
        }
        state.withLock { state in
            if !state.hasEnded { state.task = task }
        }
    }

    private func finish(_ end: ChildEnd) {
        let timer = state.withLock { state in
            state.hasEnded = true
            state.task = nil
            defer { state.timer = nil }
            return state.timer
        }
        timer?.cancel()
        wakeWaiters()
        line.report(.ended(end))
    }

    // MARK: Stopping

    var isStopping: Bool { state.withLock { $0.stopAskedAt != nil } }

    func stop(_ order: StopOrder) {
        let now = time.monotonic()
        state.withLock { $0.stopAskedAt = $0.stopAskedAt ?? now }
        wakeWaiters()
        guard order.drain > .zero else { return kill() }
        let timer = time.schedule(after: order.drain) { self.kill() }
        let unneeded: (any ScheduledAction)? = state.withLock { state in
            guard !state.hasEnded, state.cancelAt.map({ now + order.drain < $0 }) ?? true else { return timer }
            state.cancelAt = now + order.drain
            defer { state.timer = timer }
            return state.timer
        }
        unneeded?.cancel()
    }

    /// Cancellation runs code of the user's, so never here.
    func kill() {
        let now = time.monotonic()
        let task = state.withLock { state in
            state.stopAskedAt = state.stopAskedAt ?? now
            defer { state.isCancelled = true }
            return state.isCancelled ? nil : state.task
        }
        wakeWaiters()
        if let task { lane.run { task.cancel() } }
    }

    /// Suspends until the service is asked to stop, or the task is cancelled.
    @concurrent func untilStopping() async {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard state.stopAskedAt == nil, !Task.isCancelled else { return true }
                    state.stopWaiters[id] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.stopWaiters.removeValue(forKey: id) }?.resume()
        }
    }

    private func wakeWaiters() {
        let waiters = state.withLock { state in
            defer { state.stopWaiters = [:] }
            return state.stopWaiters.values
        }
        for waiter in waiters { waiter.resume() }
    }

    func standing() -> String? {
        let (asked, isCancelled) = state.withLock { ($0.stopAskedAt, $0.isCancelled) }
        var parts: [String] = []
        if let asked {
            parts.append("\(isCancelled ? "cancelled" : "asked") \((time.monotonic() - asked).forPeople) ago")
        }
        parts.append(line.lastBeat().map { "last seen \($0)" } ?? "no heartbeat")
        if let site = spec.site { parts.append("declared at \(site)") }
        return parts.joined(separator: ", ")
    }
}
