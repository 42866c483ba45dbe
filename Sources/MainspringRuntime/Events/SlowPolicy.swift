/// What a broadcaster does with a subscriber that does not keep up.
public enum SlowPolicy: String, Sendable, Hashable, CaseIterable {
    /// A newer message takes the place in the queue of the older one with the same key. When the budget is used up all the
    /// same, the oldest messages are dropped and counted. For state, of which only the last counts.
    case coalesce
    /// Nothing is replaced or dropped: a message that does not fit closes the subscriber, whose loop throws
    /// ``SlowSubscriber``. For streams in which a gap would be a lie.
    case close
}
