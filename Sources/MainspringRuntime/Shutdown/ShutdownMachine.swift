import MainspringCore

/// START HERE for the stop of a node: which step comes when, as a pure value; `ShutdownLadder` performs what it
/// returns.
///
/// Running, draining (jobs may end), cancelling (asked to stop), killing, stopping services, releasing hooks and
/// resources, closing, done. A stage ends when nothing is left for it to do, or when its time is up; the whole ends at its
/// deadline, whoever answers.
struct ShutdownMachine: Sendable {
    enum Stage: Int, Sendable, Comparable {
        case running, draining, cancelling, killing, stoppingServices, releasing, closing, tallying, done

        static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    static let lookInterval = Duration.seconds(1)
    /// Time for counting what became of the jobs; it is in memory.
    static let tallyWait = Duration.milliseconds(200)

    private(set) var stage = Stage.running
    private let policy: ShutdownPolicy
    private var now = MonotonicInstant(nanoseconds: 0)
    private var startedAt = MonotonicInstant(nanoseconds: 0)
    /// The time for jobs, services, hooks and resources together.
    private var patience: Duration
    private var stageEnd = MonotonicInstant(nanoseconds: 0)
    private var cause = ShutdownCause.asked
    private var isForced = false
    private var isHurried = false
    private var isQuiet = false
    private var isDrained = false
    private var areServicesStopped = false
    private var jobs: [String] = []
    private var services: [String] = []
    private var laggards: [Laggard] = []
    private var tally = ShutdownTally()
    private var actions: [ShutdownAction] = []

    init(policy: ShutdownPolicy) {
        self.policy = policy
        patience = policy.grace + policy.cancel
    }

    mutating func handle(_ input: ShutdownInput, at time: MonotonicInstant) -> [ShutdownAction] {
        now = time
        guard stage != .done else { return [] }
        switch input {
        case .asked(let cause): asked(cause)
        case .quiesced(let jobs, let services): quiesced(jobs, services)
        case .looked(let jobs, let services): looked(jobs, services)
        case .jobsAsked(let names): jobsAsked(names)
        case .jobsKilled(let laggards): jobsKilled(laggards)
        case .jobsDrained: jobsDrained()
        case .servicesStopped(let laggards): servicesStopped(laggards)
        case .released(let laggards):
            if stage == .releasing {
                self.laggards += laggards
                enter(.closing)
            }
        case .closed: if stage == .closing { enter(.tallying) }
        case .tallied(let tally):
            if stage == .tallying {
                self.tally = tally
                enter(.done)
            }
        case .timerFired(let timer): timerFired(timer)
        }
        defer { actions = [] }
        return actions
    }
}

// MARK: Signals

extension ShutdownMachine {
    private mutating func asked(_ cause: ShutdownCause) {
        guard stage == .running else {
            switch cause {
            case .signal: force()
            case .cancelled: hurry()
            case .asked, .failure: break
            }
            return
        }
        self.cause = cause
        startedAt = now
        actions += [
            .announce(.received(cause)), .quiesce, .schedule(.deadline, after: policy.deadline),
            .schedule(.look, after: Self.lookInterval),
        ]
        enter(.draining)
        if cause == .cancelled { hurry() }
    }

    private mutating func hurry() {
        isHurried = true
        patience = min(patience, policy.cancel + (now - startedAt))
        // Before that, jobs may still begin.
        if isQuiet, stage == .draining { enter(.cancelling) }
    }

    private mutating func force() {
        guard !isForced, stage <= .closing else { return }
        isForced = true
        // Nothing is left to be killed.
        if stage == .closing { return limit(min(ShutdownPolicy.closeWait, stageEnd - now)) }
        actions += [.announce(.forcing(jobs: jobs, services: services)), .killServices]
        if stage < .killing { enter(.killing) }
    }
}

// MARK: Jobs

extension ShutdownMachine {
    private mutating func quiesced(_ jobs: [String], _ services: [String]) {
        self.jobs = jobs
        self.services = services
        isQuiet = true
        actions.append(.announce(.quiet(jobs: jobs, services: services)))
        if isDrained, stage < .stoppingServices { return enter(.stoppingServices) }
        if isHurried { return hurry() }
        guard stage == .draining, !jobs.isEmpty else { return }
        actions.append(.announce(.waiting(jobs: jobs, upTo: stageEnd - now)))
    }

    private mutating func looked(_ names: [String], _ alive: [String]) {
        let hasChanged = names.count != jobs.count
        jobs = names
        services = alive
        guard hasChanged, !names.isEmpty, stage == .draining || stage == .cancelling else { return }
        actions.append(.announce(.waiting(jobs: names, upTo: max(.zero, stageEnd - now))))
    }

    private mutating func jobsAsked(_ names: [String]) {
        jobs = names
        guard stage == .cancelling, !names.isEmpty else { return }
        actions.append(.announce(.askedToStop(jobs: names, upTo: max(.zero, stageEnd - now))))
    }

    private mutating func jobsKilled(_ killed: [Laggard]) {
        guard stage < .tallying, !killed.isEmpty else { return }
        jobs = killed.map(\.path)
        laggards += killed
        actions.append(.announce(.killing(jobs: jobs)))
    }

    private mutating func jobsDrained() {
        guard stage > .running, !isDrained else { return }
        isDrained = true
        jobs = []
        // It may be known before it is known what runs besides.
        if isQuiet, stage < .stoppingServices { enter(.stoppingServices) }
    }
}

// MARK: Stages

extension ShutdownMachine {
    private mutating func enter(_ next: Stage) {
        stage = next
        switch next {
        case .running: break
        case .draining: limit(policy.grace)
        case .cancelling:
            actions.append(.cancelJobs)
            limit(policy.cancel)
        case .killing:
            actions.append(.killJobs)
            limit(ShutdownPolicy.killWait)
        case .stoppingServices: stopServices()
        case .releasing:
            let left = isForced ? .zero : patience - (now - startedAt)
            let budget = max(ShutdownPolicy.leastForResources, left)
            actions.append(.release(budget: budget))
            limit(budget + ShutdownPolicy.killWait)
        case .closing:
            actions += [.announce(.closing), .close]
            let left = isForced ? .zero : patience - (now - startedAt)
            limit(max(ShutdownPolicy.closeWait, left))
        case .tallying:
            actions.append(.tally)
            limit(Self.tallyWait)
        case .done:
            finish()
        }
    }

    private mutating func limit(_ duration: Duration) {
        stageEnd = now + duration
        actions.append(.schedule(.stage(stage.rawValue), after: duration))
    }

    private mutating func stopServices() {
        let left = patience - (now - startedAt)
        let budget = isForced ? .zero : max(ShutdownPolicy.leastForServices, left)
        if !isForced, !services.isEmpty { actions.append(.announce(.stoppingServices(services, upTo: budget))) }
        actions.append(.stopServices(budget: budget))
        // A service that its KILL does not end (a hung disk) must not hold up the rest.
        limit(budget + ShutdownPolicy.killWait)
    }

    private mutating func servicesStopped(_ late: [Laggard]) {
        guard !areServicesStopped else { return }
        areServicesStopped = true
        laggards += late
        if stage == .stoppingServices { enter(.releasing) }
    }

    private mutating func timerFired(_ timer: ShutdownTimer) {
        switch timer {
        case .look:
            guard stage < .closing else { return }
            actions += [.look, .schedule(.look, after: Self.lookInterval)]
        case .stage(let number):
            guard number == stage.rawValue else { return }
            stageIsOver()
        case .deadline:
            giveUp()
            enter(.done)
        }
    }

    private mutating func stageIsOver() {
        switch stage {
        case .running, .done: break
        case .draining: enter(.cancelling)
        case .cancelling: enter(.killing)
        case .killing:
            giveUp()
            enter(.stoppingServices)
        case .stoppingServices:
            giveUp()
            enter(.releasing)
        case .releasing:
            giveUp()
            enter(.closing)
        case .closing:
            giveUp()
            enter(.tallying)
        case .tallying: enter(.done)
        }
    }

    /// Names what did not end in its stage.
    private mutating func giveUp() {
        let names: [String] =
            switch stage {
            case .draining, .cancelling, .killing: jobs.isEmpty ? ["jobs"] : jobs
            case .stoppingServices: services.isEmpty ? ["services"] : services
            case .releasing: ["hooks and resources"]
            case .closing: ["closing the store"]
            case .running, .tallying, .done: []
            }
        // One that was killed and is here still did not end by that.
        let killed = laggards.filter { names.contains($0.path) }
        laggards.removeAll { names.contains($0.path) }
        laggards += names.map { name in
            let known = killed.first { $0.path == name }
            return Laggard(path: name, after: now - startedAt, wasKilled: false, standing: known?.standing)
        }
    }

    private mutating func finish() {
        for laggard in tally.killed where !laggards.contains(where: { $0.path == laggard.path }) {
            laggards.append(laggard)
        }
        var failure: String?
        if case .failure(let message) = cause { failure = message }
        failure = failure ?? tally.failures.first
        let result = ShutdownResult(
            took: now - startedAt, finished: tally.finished, handedBack: tally.handedBack, laggards: laggards,
            failure: failure)
        actions += laggards.map { .announce(.blame($0)) } + [.announce(.finished(result)), .exit(result)]
    }
}
