import MainspringCore

/// The end of an attempt on its way to the store.
struct AttemptEnd {
    let attempt: JobAttempt
    var settlement: Settlement
    /// It still runs: its slot stays taken.
    let isZombie: Bool
}
