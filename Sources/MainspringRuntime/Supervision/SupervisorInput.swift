import MainspringCore

/// What the supervisor is told.
enum SupervisorInput: Sendable {
    case start
    /// A further child; it starts as soon as what it depends on is ready.
    case add(ChildSpec)
    case begun(String, life: Int, pid: Int32?)
    case beginFailed(String, life: Int, reason: String)
    case reported(String, life: Int, ChildReport)
    /// A probe's answer.
    case becameReady(String, generation: Int)
    /// With the last heartbeat, if there was one.
    case timerFired(String, generation: Int, lastBeat: MonotonicInstant?)
    case command(ServiceCommand, String)
    /// A changed child takes the place of the one of its name, once that has ended.
    case replace(ChildSpec)
    /// Stop it, then forget it.
    case remove(String)
    /// Stop everything; a second one can only bring the deadline forward.
    case stop(budget: Duration)
    case forceKill
}

/// What the supervisor has its shell do.
enum SupervisorAction: Sendable, Equatable {
    /// Answered by `begun` or `beginFailed`.
    case begin(String, life: Int)
    /// Answered by `becameReady` with the generation, unless cancelled first.
    case probe(String, generation: Int)
    /// The child's one timer.
    case schedule(String, generation: Int, after: Duration)
    /// Ends the child's timer and probe.
    case cancel(String)
    case stop(String, StopOrder)
    case kill(String)
    /// It is late for good; its place is worth knowing.
    case giveUp(String, after: Duration)
    case removed(String)
    case emit(ServiceEvent)
    /// Every child has been ready, for the first time.
    case allReady
    /// Nothing runs any more but what was given up on.
    case ended(SupervisorEnd)
    /// Nor does that; always after `ended`.
    case gone
}

/// Why a supervisor has ended.
enum SupervisorEnd: Sendable, Equatable {
    /// Asked for.
    case stopped
    /// Too many restarts, under `on_exhausted: fail` or `escalate`.
    case exhausted(SupervisionPolicy.Exhaustion, reason: String)
}
