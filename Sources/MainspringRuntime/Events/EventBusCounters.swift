/// What happened on an event bus since it was made, and how it stands now, read at one moment.
///
/// Each event that was published counts once per subscriber at that moment, and
/// `delivered + dropped + leftBehind + buffered` is the sum of that.
public struct EventBusCounters: Sendable, Hashable {
    /// Events that were accepted, each once.
    public internal(set) var published = 0
    /// Accepted while there was no subscriber: nobody will see them.
    public internal(set) var unheard = 0
    /// Not accepted: the bus was finished, or the publisher was cancelled while it waited.
    public internal(set) var refused = 0
    /// Handed to a subscriber's loop.
    public internal(set) var delivered = 0
    /// Lost at the limit of a subscriber's buffer.
    public internal(set) var dropped = 0
    /// Unread in the buffer of a subscriber that went.
    public internal(set) var leftBehind = 0
    /// Events whose handler threw, in `run` and `processAll`.
    public internal(set) var failed = 0
    /// Now in buffers.
    public internal(set) var buffered = 0
    /// Now subscribed.
    public internal(set) var subscribers = 0
    /// Publishers that wait for room now.
    public internal(set) var waitingPublishers = 0
}
