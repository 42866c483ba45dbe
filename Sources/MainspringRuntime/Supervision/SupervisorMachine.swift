import Glibc
import MainspringCore

/// START HERE for supervision: all services of a node as one pure value; `Supervisor` performs what it returns.
///
/// One for one: a service that ends is restarted by its own policy and touches no other. Services start once all that
/// they depend on are ready, and stop once all that depend on them are gone.
struct SupervisorMachine: Sendable {
    /// In start order.
    private(set) var slots: [ServiceSlot]
    private(set) var isStopping = false
    private let indices: [String: Int]
    private var random: AnyRandom
    private var now: MonotonicInstant
    private var stopDeadline: MonotonicInstant?
    private var killed: [String] = []
    private var hasStarted = false
    private var isAllStopped = false
    private var actions: [SupervisorAction] = []

    /// Throws as ``StartOrder/of(_:)`` does.
    init(services: [ServiceSpec], random: any RandomNumberGenerator & Sendable, now: MonotonicInstant) throws {
        let ordered = try StartOrder.of(services)
        slots = ordered.map { ServiceSlot(spec: $0, now: now) }
        indices = Dictionary(uniqueKeysWithValues: ordered.enumerated().map { ($1.name, $0) })
        self.random = AnyRandom(base: random)
        self.now = now
    }

    subscript(name: String) -> ServiceSlot? { indices[name].map { slots[$0] } }

    mutating func handle(_ input: SupervisorInput, at time: MonotonicInstant) -> [SupervisorAction] {
        now = time
        switch input {
        case .start: start()
        case .spawned(let name, let pid): with(name) { $0.spawned($1, pid: pid) }
        case .spawnFailed(let name, let reason): with(name) { $0.spawnFailed($1, reason: reason) }
        case .becameReady(let name, let generation):
            with(name) { if $0.slots[$1].generation == generation, $0.slots[$1].phase == .starting { $0.ready($1) } }
        case .timerFired(let name, let generation):
            with(name) { if $0.slots[$1].generation == generation { $0.timerFired($1) } }
        case .exited(let name, let status, let wasKilled):
            with(name) { $0.exited($1, status: status, wasKilled: wasKilled) }
        case .restart(let name): with(name) { $0.restart($1) }
        case .stop(let budget): stop(budget: budget)
        case .forceKill: forceKill()
        }
        defer { actions = [] }
        return actions
    }

    private mutating func with(_ name: String, _ body: (inout Self, Int) -> Void) {
        guard let index = indices[name] else { return }
        body(&self, index)
    }

    private mutating func emit(_ event: ServiceEvent) { actions.append(.emit(event)) }

    private mutating func move(_ index: Int, to phase: ServiceSlot.Phase) {
        switch slots[index].phase {
        case .starting, .backingOff: actions.append(.cancel(slots[index].spec.name))
        default: break
        }
        slots[index].phase = phase
        slots[index].since = now
        slots[index].generation += 1
    }

    private mutating func schedule(_ index: Int, after delay: Duration) {
        let slot = slots[index]
        actions.append(.schedule(slot.spec.name, generation: slot.generation, after: delay))
    }
}

// MARK: Starting

extension SupervisorMachine {
    private mutating func start() {
        guard !hasStarted, !isStopping else { return }
        hasStarted = true
        startWaiting()
    }

    private mutating func startWaiting() {
        guard hasStarted, !isStopping else { return }
        for index in slots.indices where slots[index].phase == .waiting { begin(index) }
    }

    /// Starts the service, or has it wait for what it depends on.
    private mutating func begin(_ index: Int) {
        let spec = slots[index].spec
        guard spec.dependsOn.allSatisfy({ self[$0]?.isSatisfied == true }) else {
            if slots[index].phase != .waiting { move(index, to: .waiting) }
            return
        }
        if let reason = slots[index].restartReason {
            slots[index].restarts += 1
            emit(.restarting(service: spec.name, reason: reason))
        }
        slots[index].restartReason = nil
        slots[index].isComplete = false
        move(index, to: .spawning)
        actions.append(.spawn(spec.name))
    }

    private mutating func spawned(_ index: Int, pid: Int32) {
        let spec = slots[index].spec
        slots[index].pid = pid
        slots[index].spawnedAt = now
        emit(.starting(service: spec.name, pid: pid))
        if case .stopping = slots[index].phase { return terminate(index) }
        move(index, to: .starting)
        guard spec.readiness.check != .started else { return ready(index) }
        schedule(index, after: spec.readiness.within)
        actions.append(.probe(spec.name, generation: slots[index].generation))
    }

    private mutating func ready(_ index: Int) {
        emit(.ready(service: slots[index].spec.name, after: age(index)))
        move(index, to: .running)
        startWaiting()
    }

    private mutating func timerFired(_ index: Int) {
        let spec = slots[index].spec
        switch slots[index].phase {
        case .backingOff: begin(index)
        case .starting:
            emit(.notReady(service: spec.name, reason: "not ready within \(spec.readiness.within.text)"))
            move(index, to: .stopping(then: .restart(.readiness)))
            terminate(index)
        default: break
        }
    }

    private func age(_ index: Int) -> Duration { now - (slots[index].spawnedAt ?? now) }
}

// MARK: Ending and restarting

extension SupervisorMachine {
    private mutating func exited(_ index: Int, status: ExitStatus, wasKilled: Bool) {
        guard slots[index].pid != nil else { return }
        let slot = slots[index]
        let name = slot.spec.name
        let reset = slot.spec.backoff.resetAfter
        if slot.phase == .running, now - slot.since >= reset { slots[index].failures = 0 }
        slots[index].pid = nil
        slots[index].lastExit = status.description
        if wasKilled || slot.isForced {
            emit(.killed(service: name))
            if isStopping { killed.append(name) }
        }
        emit(.exited(service: name, status: status.description, after: age(index)))
        switch slot.phase {
        case _ where isStopping:
            settle(index)
            stopNext()
        case .stopping(then: .restart(.asked)):
            slots[index].restartReason = .asked
            begin(index)
        case .stopping(then: .restart(let reason)): ended(index, reason: reason, isSuccess: false)
        default: ended(index, reason: status.isSuccess ? .exit : .crash, isSuccess: status.isSuccess)
        }
    }

    /// A missing program is a crash like any other: it may be put there while the node runs.
    private mutating func spawnFailed(_ index: Int, reason: String) {
        slots[index].lastExit = reason
        emit(.notReady(service: slots[index].spec.name, reason: reason))
        guard !isStopping else {
            settle(index)
            return stopNext()
        }
        ended(index, reason: .crash, isSuccess: false)
    }

    private mutating func ended(_ index: Int, reason: ServiceEvent.RestartReason, isSuccess: Bool) {
        let spec = slots[index].spec
        if spec.restart == .never || (spec.restart == .onFailure && isSuccess) {
            slots[index].isComplete = isSuccess
            move(index, to: isSuccess ? .stopped : .failed)
            if isSuccess {
                emit(.stopped(service: spec.name))
                startWaiting()
            } else {
                emit(.notReady(service: spec.name, reason: "\(slots[index].lastExit ?? "failed"), and never restarted"))
            }
            return
        }
        slots[index].failures += 1
        slots[index].restartReason = reason
        let delay = spec.backoff.delay(afterFailures: slots[index].failures, using: &random)
        move(index, to: .backingOff(until: now + delay))
        emit(.backingOff(service: spec.name, delay: delay, restarts: slots[index].restarts))
        schedule(index, after: delay)
    }

    private mutating func restart(_ index: Int) {
        guard hasStarted, !isStopping else { return }
        slots[index].failures = 0
        switch slots[index].phase {
        // Under way already.
        case .waiting, .spawning: break
        case .backingOff, .stopped, .failed:
            slots[index].restartReason = .asked
            begin(index)
        case .starting, .running:
            emit(.stopping(service: slots[index].spec.name))
            move(index, to: .stopping(then: .restart(.asked)))
            terminate(index)
        case .stopping: slots[index].phase = .stopping(then: .restart(.asked))
        }
    }
}

// MARK: Stopping

extension SupervisorMachine {
    private mutating func stop(budget: Duration) {
        guard !isAllStopped else { return }
        isStopping = true
        stopDeadline = min(stopDeadline ?? now + budget, now + budget)
        for index in slots.indices.reversed() {
            switch slots[index].phase {
            case .waiting, .backingOff: settle(index)
            case .stopping:
                move(index, to: .stopping(then: .stop))
                terminate(index)
            default: break
            }
        }
        stopNext()
    }

    /// Stops every service on which nothing that lives depends.
    private mutating func stopNext() {
        for index in slots.indices.reversed() where slots[index].isAlive {
            let name = slots[index].spec.name
            if slots[index].phase == .stopping(then: .stop) { continue }
            guard !slots.contains(where: { $0.isAlive && $0.spec.dependsOn.contains(name) }) else { continue }
            beginStop(index)
        }
        guard !isAllStopped, !slots.contains(where: \.isAlive) else { return }
        isAllStopped = true
        actions.append(.allStopped(killed: killed))
    }

    private mutating func beginStop(_ index: Int) {
        emit(.stopping(service: slots[index].spec.name))
        move(index, to: .stopping(then: .stop))
        terminate(index)
    }

    private mutating func settle(_ index: Int) {
        move(index, to: .stopped)
        emit(.stopped(service: slots[index].spec.name))
    }

    private mutating func forceKill() {
        guard !isAllStopped else { return }
        for index in slots.indices where slots[index].isAlive {
            slots[index].isForced = true
            if slots[index].phase != .stopping(then: .stop) { beginStop(index) } else { terminate(index) }
        }
        stop(budget: .zero)
    }

    private mutating func terminate(_ index: Int) {
        let slot = slots[index]
        // Without a process yet, it is terminated as soon as there is one.
        guard slot.pid != nil else { return }
        guard !slot.isForced else {
            return actions.append(.terminate(slot.spec.name, signal: SIGKILL, grace: .zero))
        }
        let left = stopDeadline.map { max(.zero, $0 - now) } ?? slot.spec.stop.timeout
        actions.append(
            .terminate(slot.spec.name, signal: slot.spec.stop.signal, grace: min(slot.spec.stop.timeout, left)))
    }
}

/// A generator whose type is not known here.
private struct AnyRandom: RandomNumberGenerator, Sendable {
    var base: any RandomNumberGenerator & Sendable
    mutating func next() -> UInt64 { base.next() }
}
