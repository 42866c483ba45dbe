import MainspringCore

/// A turn that has begun and has not ended.
struct LoopTurn: Sendable {
    enum State: Sendable {
        case running
        /// Told to end.
        case cancelled
        /// Told to end, and out of patience: a zombie.
        case hanging
    }

    let number: Int
    let startedAt: MonotonicInstant
    let lateness: Duration
    private(set) var state = State.running
    /// When it entered its state.
    private(set) var since: MonotonicInstant
    private(set) var cancelledAt: MonotonicInstant?
    var hasTimedOut = false

    init(number: Int, startedAt: MonotonicInstant, lateness: Duration) {
        self.number = number
        self.startedAt = startedAt
        self.lateness = lateness
        since = startedAt
    }

    mutating func move(to state: State, at now: MonotonicInstant) {
        self.state = state
        since = now
        if state == .cancelled { cancelledAt = now }
    }

    /// `turn 12 for 7.5s, cancelled 2.5s ago`.
    func standing(at now: MonotonicInstant) -> String {
        let age = "turn \(number) for \((now - startedAt).forPeople)"
        return cancelledAt.map { "\(age), cancelled \((now - $0).forPeople) ago" } ?? age
    }

    func laggard(at now: MonotonicInstant) -> Laggard {
        Laggard(
            path: "turn \(number)", after: now - (cancelledAt ?? startedAt), wasKilled: false,
            standing: standing(at: now))
    }
}
