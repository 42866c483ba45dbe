import MainspringCore

/// What a loop is told.
enum LoopInput: Sendable {
    case start
    case timerFired(LoopTimer)
    case turnEnded(Int, TurnEnd)
    /// No new turns; those that run go on.
    case quiet
    /// A later one can only bring the end forward.
    case stop(StopOrder)
    case kill
}

enum LoopTimer: Sendable, Hashable {
    /// The next turn is due.
    case next
    /// The time after which running turns are cancelled.
    case drain
    case timeout(Int)
    case patience(Int)
}

/// How a turn ended.
enum TurnEnd: Sendable, Hashable {
    case success
    case failure(String)
    /// A command that ended by KILL, because its grace ran out.
    case killed(String)
}

/// What a loop has its shell do.
enum LoopAction: Sendable, Equatable {
    /// Answered by `turnEnded`.
    case begin(Int, lateness: Duration)
    /// A closure is cancelled; a command's group gets the signal, and KILL after the grace.
    case cancel(Int, signal: Int32, grace: Duration)
    /// The turn is a zombie, until it is forgotten.
    case register(Int)
    /// The turn has ended: its timer ends too.
    case forget(Int)
    /// A turn has one timer at a time, and the loop one of each other kind.
    case schedule(LoopTimer, after: Duration)
    case cancelTimers
    case report(ChildReport)
    case emit(LoopEvent)
}
