import MainspringCore

/// The ends of attempts on their way to the store, in the order in which they came.
struct AttemptEnds {
    private(set) var settlements: [Settlement] = []
    /// Those that the settlements are of; a zombie still runs, and its slot stays taken.
    private(set) var attempts: [(attempt: JobAttempt, isZombie: Bool)] = []

    mutating func append(_ settlement: Settlement, of attempt: JobAttempt, isZombie: Bool) {
        settlements.append(settlement)
        attempts.append((attempt, isZombie))
    }

    /// Puts back what could not be written.
    mutating func prepend(_ earlier: AttemptEnds) {
        settlements.insert(contentsOf: earlier.settlements, at: 0)
        attempts.insert(contentsOf: earlier.attempts, at: 0)
    }
}
