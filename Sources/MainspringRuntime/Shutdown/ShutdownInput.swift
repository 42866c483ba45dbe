/// What the ladder is told.
enum ShutdownInput: Sendable {
    /// A second one forces.
    case asked(ShutdownCause)
    case quiesced(jobs: [String], services: [String])
    /// What runs now.
    case looked(jobs: [String], services: [String])
    case jobsAsked([String])
    case jobsKilled([Laggard])
    case jobsDrained
    case servicesStopped([Laggard])
    case released([Laggard])
    case closed
    case tallied(ShutdownTally)
    case timerFired(ShutdownTimer)
}

enum ShutdownTimer: Sendable, Hashable {
    /// The end of the stage with this number.
    case stage(Int)
    case look
    /// The end of everything.
    case deadline
}

/// What the ladder has its shell do.
enum ShutdownAction: Sendable, Equatable {
    /// Answered by `quiesced`.
    case quiesce
    /// Answered by `looked`.
    case look
    /// Answered by `jobsAsked`.
    case cancelJobs
    /// Answered by `jobsKilled`.
    case killJobs
    /// Answered by `servicesStopped`.
    case stopServices(budget: Duration)
    case killServices
    /// Answered by `released`.
    case release(budget: Duration)
    /// Answered by `closed`.
    case close
    /// Answered by `tallied`.
    case tally
    case schedule(ShutdownTimer, after: Duration)
    case announce(Announcement)
    case exit(ShutdownResult)
}
