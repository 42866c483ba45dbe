/// What happened to the turns of loops; nothing is said of a loop that waits for its time.
public enum LoopEvent: Sendable, Equatable {
    /// `error` says why, for a failure.
    case turnEnded(loop: String, turn: Int, outcome: Outcome, took: Duration, lateness: Duration, error: String?)
    /// It was told to end because its timeout passed; its `turnEnded` follows when it did.
    case turnTimedOut(loop: String, turn: Int, after: Duration)
    /// It was told to end, and did not in the time that it had for that: a zombie.
    case turnHangs(loop: String, turn: Int, after: Duration)
    /// A zombie ended after all; `turnEnded` follows.
    case hungTurnEnded(loop: String, turn: Int, after: Duration)
    /// Turns that were due and did not take place.
    case turnsSkipped(loop: String, reason: SkipReason, count: Int)

    public enum Outcome: String, Sendable, Hashable, CaseIterable {
        case success, failure, timeout
        /// It was told to end because its loop does.
        case cancelled
    }

    public enum SkipReason: String, Sendable, Hashable, CaseIterable {
        /// An earlier turn still runs.
        case running
        /// As many turns as allowed wait or run.
        case full
        /// An earlier turn hangs.
        case zombie
        /// Its time passed while the machine, or the process, stood still.
        case missed
        /// It waited for an earlier turn when the loop was stopped.
        case stopping
    }
}
