import MainspringCore

/// One child inside the supervisor's machine.
struct ChildSlot: Sendable {
    enum Phase: Sendable, Equatable {
        /// For the siblings it depends on, for a restart of several together, or for the start.
        case waiting
        /// Begins, or runs and is not ready yet.
        case starting
        case running
        case stopping(then: Next)
        case backingOff(until: MonotonicInstant)
        /// Did not end in its time and still runs: no second life begins before this one has ended.
        case lost(then: Next)
        case stopped
        case failed
    }

    enum Next: Sendable, Equatable {
        case restart(ServiceEvent.RestartReason)
        /// Begins again together with the sibling that failed.
        case rejoin
        case stop
        case remove
    }

    var spec: ChildSpec
    /// Counts children: start order.
    let order: Int
    /// What its next life is to be instead.
    var replacement: ChildSpec?
    var phase = Phase.waiting
    var since: MonotonicInstant
    /// Counts phases: a probe's answer or a timer that belongs to an earlier one is ignored.
    var generation = 0
    /// Counts lives: a report of an earlier one is ignored.
    var life = 0
    /// The life was ordered to begin, and has not ended.
    var isLive = false
    /// The shell has said so.
    var hasBegun = false
    var pid: Int32?
    var begunAt: MonotonicInstant?
    var stopAskedAt: MonotonicInstant?
    var lastStop: Duration?
    /// Restarts since the supervisor started.
    var restarts = 0
    /// Failures in a row, for the backoff.
    var failures = 0
    /// Why the next start is a restart; nil for a first start.
    var restartReason: ServiceEvent.RestartReason?
    var lastExit: String?
    /// What is wrong with it although it runs.
    var degradation: String?
    /// Its heartbeats have stopped.
    var isSilent = false
    /// It was restarted too often, and goes on at its backoff's cap.
    var isExhausted = false
    /// Ended with success under a policy that leaves it at that.
    var isComplete = false
    /// Stopped with siblings that are restarted, and not restarted with them.
    var isPassedOver = false
    /// Siblings that depend on it and live, or on which others that live depend in turn.
    var livingDependents = 0
    /// All force there is was used, whatever its stop policy says.
    var isForced = false

    init(spec: ChildSpec, order: Int, now: MonotonicInstant) {
        self.spec = spec
        self.order = order
        since = now
    }

    /// Whether there is, or is about to be, something that has to be stopped.
    var isAlive: Bool {
        switch phase {
        case .starting, .running, .stopping: true
        case .waiting, .backingOff, .lost, .stopped, .failed: false
        }
    }

    var isLost: Bool {
        if case .lost = phase { true } else { false }
    }

    /// Whether what it depends on is still needed.
    var isHolding: Bool { isAlive || livingDependents > 0 }

    /// Whether siblings that depend on this one may start.
    var isSatisfied: Bool { phase == .running || isComplete || isPassedOver }

    /// Whether it counts as ready outside: it runs, nothing is wrong with it, and it is not one that fails all the time.
    func isReady(now: MonotonicInstant) -> Bool {
        isComplete || (phase == .running && degradation == nil && !isSilent && !flaps(now))
    }

    func flaps(_ now: MonotonicInstant) -> Bool { isExhausted && now - since < spec.backoff.resetAfter }
}
