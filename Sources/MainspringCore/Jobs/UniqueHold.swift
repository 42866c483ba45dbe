/// A unique key on its job's own row, so that it cannot outlive the job.
public struct UniqueHold: Sendable, Hashable {
    public var key: String
    /// The key is held only in these.
    public var states: Set<JobState>
    /// The key is free from then on; nil: no such time.
    public var until: Timestamp?
    public var onConflict: UniqueConflict

    public init(key: String, states: Set<JobState>, until: Timestamp? = nil, onConflict: UniqueConflict = .reject) {
        self.key = key
        self.states = states
        self.until = until
        self.onConflict = onConflict
    }

    private static let suffix = "+next"

    /// What the newest job holds that waits for the end of a running holder (``UniqueConflict/keepLast``).
    public var following: UniqueHold {
        UniqueHold(key: key + Self.suffix, states: states.union([.pending]), onConflict: onConflict)
    }

    /// The opposite of ``following``: what that job holds once the other has ended.
    public var released: UniqueHold {
        guard key.hasSuffix(Self.suffix) else { return self }
        return UniqueHold(key: String(key.dropLast(Self.suffix.count)), states: states, onConflict: onConflict)
    }
}
