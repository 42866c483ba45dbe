/// When a loop takes its turns, what a turn may do, and what ends the loop.
public struct LoopSpec: Sendable, Hashable {
    public enum Pacing: String, Sendable, Hashable, CaseIterable {
        /// Turn n is due at the start plus n times the interval: a late one does not shift those after it. When more than
        /// an interval passed unseen, because the machine slept, the turns of that time are missed: counted, not made up.
        case fixedRate = "fixed-rate"
        /// A turn is due an interval after the end of the one before. Turns never overlap then.
        case fixedDelay = "fixed-delay"
    }

    /// What becomes of a turn that is due while an earlier one runs. What does not take place is counted.
    public enum Overlap: Sendable, Hashable {
        case skip
        /// It begins when the earlier one ends; beyond `limit` waiting turns it is skipped.
        case queue(limit: Int = 1)
        /// It begins at once; beyond `limit` running turns it is skipped.
        case allow(limit: Int = 8)
    }

    public enum First: String, Sendable, Hashable, CaseIterable {
        case now
        case afterInterval = "after-interval"
    }

    /// At least a microsecond with a fixed rate; with a fixed delay, zero takes turns back to back.
    public var every: Duration
    public var pacing: Pacing
    public var overlap: Overlap
    /// The most by which a turn is put off: each one by a random time below it. Zero puts none off.
    public var jitter: Duration
    public var first: First
    /// After it a turn is cancelled and counts as failed. Nil: never.
    public var timeout: Duration?
    /// How long a cancelled turn may take to end. Beyond it is a zombie: counted, named, and the loop is degraded while it
    /// lasts. A command gets KILL after it, and is a zombie a second later.
    public var patience: Duration
    /// So many failed or timed-out turns in a row end the loop as failed, for its supervisor to decide. Nil: none do.
    public var maxFailures: Int?
    /// How many turns that hang are put up with. A loop whose turns may overlap goes on beside so many; one more ends it as
    /// failed, and so does the first one of any other loop. It starts again unless more than this are left.
    public var maxZombies: Int

    /// The defaults are a fixed rate, the first turn at once, skipping on overlap, and nothing that ends the loop but a
    /// turn that hangs, after which it starts again, but not after a second one.
    public init(
        every: Duration, pacing: Pacing = .fixedRate, overlap: Overlap = .skip, jitter: Duration = .zero,
        first: First = .now, timeout: Duration? = nil, patience: Duration = .seconds(5), maxFailures: Int? = nil,
        maxZombies: Int = 1
    ) {
        self.every = every
        self.pacing = pacing
        self.overlap = overlap
        self.jitter = jitter
        self.first = first
        self.timeout = timeout
        self.patience = patience
        self.maxFailures = maxFailures
        self.maxZombies = maxZombies
    }

    var mayOverlap: Bool {
        guard pacing == .fixedRate, case .allow = overlap else { return false }
        return true
    }
}
