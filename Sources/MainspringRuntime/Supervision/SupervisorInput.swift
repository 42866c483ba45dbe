import MainspringCore

/// What the supervisor is told.
enum SupervisorInput: Sendable {
    case start
    case spawned(String, pid: Int32)
    case spawnFailed(String, reason: String)
    case becameReady(String, generation: Int)
    case timerFired(String, generation: Int)
    /// The service's whole process group is gone.
    case exited(String, ExitStatus, wasKilled: Bool)
    case restart(String)
    /// Stop everything; a second one can only bring the deadline forward.
    case stop(budget: Duration)
    case forceKill
}

/// What the supervisor has its shell do.
enum SupervisorAction: Sendable, Equatable {
    /// Answered by `spawned` or `spawnFailed`.
    case spawn(String)
    /// Answered by `becameReady` with the generation, unless cancelled first.
    case probe(String, generation: Int)
    /// The service's one timer.
    case schedule(String, generation: Int, after: Duration)
    /// Ends the service's timer and probe.
    case cancel(String)
    case terminate(String, signal: Int32, grace: Duration)
    case emit(ServiceEvent)
    /// Nothing runs any more; the names of the services that had to be killed.
    case allStopped(killed: [String])
}
