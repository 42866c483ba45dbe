import MainspringCore

/// START HERE for supervision: one supervisor's children as a pure value; `Supervisor` performs what it returns.
///
/// Children start once all that they depend on are ready, and stop once all that depend on them are gone. A child that
/// ends is restarted by its own policy (`SupervisorMachine+restarting`); how many siblings go with it, and how often that may
/// happen, is the supervisor's.
struct SupervisorMachine: Sendable {
    let name: String
    let policy: SupervisionPolicy
    var slots: [ChildSlot] = []
    var indices: [String: Int] = [:]
    /// The names of the children that depend on a child.
    var dependents: [String: [String]] = [:]
    var random: AnyRandom
    var now: MonotonicInstant
    var hasStarted = false
    var isStopping = false
    var stopDeadline: MonotonicInstant?
    var livingCount = 0
    var lostCount = 0
    var unsatisfiedCount = 0
    /// Children on which no living child depends any more, found in this step.
    var freed: [String] = []
    /// Names given to children so far.
    var nextOrder = 0
    var lastName: String?
    /// When restarts began, no longer ago than the policy looks back.
    var recentRestarts: [MonotonicInstant] = []
    var round: RestartRound?
    /// A round came to nothing: what waits for it begins.
    var isRoundLost = false
    var end: SupervisorEnd?
    var isEnded = false
    var isGone = false
    var wasAllReady = false
    var actions: [SupervisorAction] = []

    /// Throws as ``StartOrder/of(_:)`` does.
    init(
        name: String = "root", children: [ChildSpec], policy: SupervisionPolicy = SupervisionPolicy(),
        random: any RandomNumberGenerator & Sendable, now: MonotonicInstant
    ) throws {
        self.name = name
        self.policy = policy
        self.random = AnyRandom(base: random)
        self.now = now
        for spec in try StartOrder.of(children) { insert(spec) }
    }

    subscript(name: String) -> ChildSlot? { indices[name].map { slots[$0] } }

    mutating func handle(_ input: SupervisorInput, at time: MonotonicInstant) -> [SupervisorAction] {
        now = time
        switch input {
        case .start: start()
        case .add(let spec): add(spec)
        case .begun(let name, let life, let pid): with(name, life) { $0.begun($1, pid: pid) }
        case .beginFailed(let name, let life, let reason): with(name, life) { $0.beginFailed($1, reason: reason) }
        case .reported(let name, let life, let report): with(name, life) { $0.reported($1, report) }
        case .becameReady(let name, let generation):
            with(name) { if $0.slots[$1].generation == generation, $0.slots[$1].phase == .starting { $0.ready($1) } }
        case .timerFired(let name, let generation, let beat):
            with(name) { if $0.slots[$1].generation == generation { $0.timerFired($1, lastBeat: beat) } }
        case .command(let command, let name): with(name) { $0.perform(command, on: $1) }
        case .replace(let spec): with(spec.name) { $0.replace($1, by: spec) }
        case .remove(let name): with(name) { $0.remove($1) }
        case .stop(let budget): stop(budget: budget)
        case .forceKill: forceKill()
        }
        followUp()
        if !wasAllReady, hasStarted, !isStopping, unsatisfiedCount == 0 {
            wasAllReady = true
            actions.append(.allReady)
        }
        defer { actions = [] }
        return actions
    }

    private mutating func with(_ name: String, _ life: Int? = nil, _ body: (inout Self, Int) -> Void) {
        guard let index = indices[name], life == nil || slots[index].life == life else { return }
        body(&self, index)
    }

    mutating func emit(_ event: ServiceEvent) { actions.append(.emit(event)) }

    /// Changes a child; every count that depends on its phase follows.
    mutating func modify(_ index: Int, _ change: (inout ChildSlot) -> Void) {
        let (wasAlive, wasSatisfied, wasLost) = (slots[index].isAlive, slots[index].isSatisfied, slots[index].isLost)
        change(&slots[index])
        if slots[index].isSatisfied != wasSatisfied { unsatisfiedCount += wasSatisfied ? 1 : -1 }
        if slots[index].isLost != wasLost { lostCount += wasLost ? -1 : 1 }
        guard slots[index].isAlive != wasAlive else { return }
        let change = wasAlive ? -1 : 1
        livingCount += change
        if round?.members.contains(slots[index].spec.name) == true { round?.livingCount += change }
        if slots[index].livingDependents == 0 { countDependents(of: slots[index].spec.dependsOn, change) }
    }

    /// A dependent of these is needed from now on, or no longer.
    private mutating func countDependents(of names: [String], _ change: Int) {
        var names = names
        while let name = names.popLast() {
            guard let index = indices[name] else { continue }
            let wasHolding = slots[index].isHolding
            slots[index].livingDependents += change
            if slots[index].livingDependents == 0 { freed.append(name) }
            if slots[index].isHolding != wasHolding { names += slots[index].spec.dependsOn }
        }
    }

    /// What follows once a step has changed what it changes: those that nobody needs any more stop, and what waited for the
    /// last of them goes on.
    private mutating func followUp() {
        let freed = freed
        self.freed = []
        for name in freed {
            guard let index = indices[name], isStopping || round?.members.contains(name) == true else { continue }
            stopUnneeded(index)
        }
        if isStopping { return endIfEmpty() }
        if isRoundLost {
            isRoundLost = false
            beginWaiting()
            return followUp()
        }
        startBackoffOfRound()
    }

    mutating func move(_ index: Int, to phase: ChildSlot.Phase) {
        switch slots[index].phase {
        case .starting, .backingOff, .stopping: actions.append(.cancel(slots[index].spec.name))
        case .running where slots[index].spec.silence != nil: actions.append(.cancel(slots[index].spec.name))
        default: break
        }
        modify(index) {
            $0.phase = phase
            $0.generation += 1
        }
        slots[index].since = now
    }

    mutating func schedule(_ index: Int, after delay: Duration) {
        let slot = slots[index]
        actions.append(.schedule(slot.spec.name, generation: slot.generation, after: delay))
    }

    /// Positions in start order.
    func ordered() -> [Int] { slots.indices.sorted { slots[$0].order < slots[$1].order } }
}

// MARK: Children that come and go

extension SupervisorMachine {
    private mutating func insert(_ spec: ChildSpec) {
        var spec = spec
        // The order is a chain of dependencies.
        if policy.strategy == .restForOne {
            if let lastName, !spec.dependsOn.contains(lastName) { spec.dependsOn.append(lastName) }
            lastName = spec.name
        }
        // One that comes during a restart of several waits for its end with them.
        round?.members.insert(spec.name)
        indices[spec.name] = slots.count
        slots.append(ChildSlot(spec: spec, order: nextOrder, now: now))
        nextOrder += 1
        unsatisfiedCount += 1
        for name in spec.dependsOn { dependents[name, default: []].append(spec.name) }
    }

    private mutating func add(_ spec: ChildSpec) {
        guard indices[spec.name] == nil, !isStopping else { return }
        insert(spec)
        if hasStarted { begin(slots.count - 1) }
    }

    private mutating func remove(_ index: Int) {
        switch slots[index].phase {
        case .starting, .running: beginStop(index, then: .remove)
        case .stopping: slots[index].phase = .stopping(then: .remove)
        case .lost: slots[index].phase = .lost(then: .remove)
        case .waiting, .backingOff, .stopped, .failed: forget(index)
        }
    }

    mutating func forget(_ index: Int) {
        let spec = slots[index].spec
        leaveRound(index)
        move(index, to: .stopped)
        unsatisfiedCount -= slots[index].isSatisfied ? 0 : 1
        for name in spec.dependsOn { dependents[name]?.removeAll { $0 == spec.name } }
        let waiting = dependents.removeValue(forKey: spec.name) ?? []
        for dependent in waiting { inherit(dependent, from: spec) }
        if slots[index].isHolding { countDependents(of: spec.dependsOn, -1) }
        slots.swapAt(index, slots.count - 1)
        slots.removeLast()
        indices[spec.name] = nil
        if index < slots.count { indices[slots[index].spec.name] = index }
        if lastName == spec.name { lastName = slots.max { $0.order < $1.order }?.spec.name }
        actions.append(.removed(spec.name))
        // What waited for it waits no longer.
        if !isStopping { begin(waiting) }
    }

    /// One that a person stopped stays stopped.
    private mutating func replace(_ index: Int, by spec: ChildSpec) {
        slots[index].replacement = spec
        switch slots[index].phase {
        case .stopping(then: .remove): slots[index].phase = .stopping(then: .restart(.asked))
        case .lost(then: .remove): slots[index].phase = .lost(then: .restart(.asked))
        case .waiting: begin(index)
        case .stopped where !slots[index].isComplete: break
        default: perform(.restart, on: index)
        }
    }

    private func depends(_ name: String, on other: String) -> Bool {
        name == other || (self[name]?.spec.dependsOn ?? []).contains { depends($0, on: other) }
    }

    /// Between two lives.
    mutating func takeReplacement(_ index: Int) {
        guard var spec = slots[index].replacement, !slots[index].isLive else { return }
        let old = slots[index].spec
        // Some may have been removed meanwhile, or have come to wait for this one.
        spec.dependsOn.removeAll { indices[$0] == nil || depends($0, on: spec.name) }
        if policy.strategy == .restForOne {
            let before = slots.filter { $0.order < slots[index].order }.max { $0.order < $1.order }?.spec.name
            if let before, !spec.dependsOn.contains(before) { spec.dependsOn.append(before) }
        }
        let isHolding = slots[index].isHolding
        if isHolding { countDependents(of: old.dependsOn, -1) }
        for name in old.dependsOn { dependents[name]?.removeAll { $0 == spec.name } }
        slots[index].replacement = nil
        slots[index].spec = spec
        for name in spec.dependsOn { dependents[name, default: []].append(spec.name) }
        if isHolding { countDependents(of: spec.dependsOn, 1) }
    }

    /// What depended on a child that is removed depends on what that one depended on.
    private mutating func inherit(_ dependent: String, from spec: ChildSpec) {
        guard let index = indices[dependent] else { return }
        slots[index].spec.dependsOn.removeAll { $0 == spec.name }
        for name in spec.dependsOn where !slots[index].spec.dependsOn.contains(name) {
            slots[index].spec.dependsOn.append(name)
            dependents[name, default: []].append(dependent)
            if slots[index].isHolding { countDependents(of: [name], 1) }
        }
    }
}

/// A generator whose type is not known here.
struct AnyRandom: RandomNumberGenerator, Sendable {
    var base: any RandomNumberGenerator & Sendable
    mutating func next() -> UInt64 { base.next() }
}
