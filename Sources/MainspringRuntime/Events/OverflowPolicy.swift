/// What a publisher meets when a subscriber's buffer is full.
public enum OverflowPolicy: String, Sendable, Hashable, CaseIterable {
    /// The oldest event in the buffer makes room; it is counted as dropped.
    case dropOldest
    /// The new event is not put into this buffer; it is counted as dropped.
    case dropNewest
    /// The publisher suspends until there is room, or until it is cancelled.
    case wait
}
