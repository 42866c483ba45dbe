/// Why a broadcaster closed a subscriber: it did not read what it was sent.
public struct SlowSubscriber: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was queued for it when one more message did not fit. Each message counts its bytes, its key and 64 more.
    public var queuedBytes: Int
    public var budget: Int

    public init(queuedBytes: Int, budget: Int) {
        self.queuedBytes = queuedBytes
        self.budget = budget
    }

    public var description: String {
        "slow: \(queuedBytes) of \(budget) bytes were queued, and the next message did not fit"
    }
}
