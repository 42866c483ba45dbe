/// What happened on a broadcaster since it was made, and how it stands now, read at one moment.
///
/// Each message counts once per subscriber at the moment it was sent, and
/// `sent + coalesced + dropped + leftBehind + queued` is the sum of that.
public struct BroadcastCounters: Sendable, Hashable {
    /// Messages that were accepted, each once.
    public internal(set) var published = 0
    /// Not accepted, because the broadcaster was finished.
    public internal(set) var refused = 0
    /// Handed to a subscriber's loop.
    public internal(set) var sent = 0
    /// Replaced in a queue by a newer message with the same key.
    public internal(set) var coalesced = 0
    /// Did not fit into a subscriber's budget, or had to make room.
    public internal(set) var dropped = 0
    /// In the queue of a subscriber that went or was closed.
    public internal(set) var leftBehind = 0
    /// Subscribers that were closed because they were slow.
    public internal(set) var closedSlow = 0
    /// Messages in queues now.
    public internal(set) var queued = 0
    /// What they take of their budgets: each message its bytes, its key and 64 more. Shared bytes count in every queue.
    public internal(set) var queuedBytes = 0
    /// Now subscribed.
    public internal(set) var subscribers = 0
}
