import MainspringCore

/// One service inside the supervisor's machine.
struct ServiceSlot: Sendable {
    enum Phase: Sendable, Equatable {
        /// For the services it depends on, or for the start.
        case waiting
        case spawning
        /// Runs, and is not ready yet.
        case starting
        case running
        case stopping(then: Next)
        case backingOff(until: MonotonicInstant)
        case stopped
        case failed
    }

    enum Next: Sendable, Equatable {
        case restart(ServiceEvent.RestartReason)
        case stop
    }

    let spec: ServiceSpec
    var phase = Phase.waiting
    var since: MonotonicInstant
    /// Counts phases: an answer or a timer that belongs to an earlier one is ignored.
    var generation = 0
    var pid: Int32?
    var spawnedAt: MonotonicInstant?
    /// Restarts since the node started.
    var restarts = 0
    /// Failures in a row, for the backoff.
    var failures = 0
    /// Why the next start is a restart; nil for a first start.
    var restartReason: ServiceEvent.RestartReason?
    var lastExit: String?
    /// Ended with success under a policy that leaves it at that.
    var isComplete = false
    /// KILL was sent by force, whatever its stop policy says.
    var isForced = false

    init(spec: ServiceSpec, now: MonotonicInstant) {
        self.spec = spec
        since = now
    }

    /// Whether there is, or is about to be, a process.
    var isAlive: Bool {
        switch phase {
        case .spawning, .starting, .running, .stopping: true
        case .waiting, .backingOff, .stopped, .failed: false
        }
    }

    /// Whether services that depend on this one may start.
    var isSatisfied: Bool { phase == .running || isComplete }
}
