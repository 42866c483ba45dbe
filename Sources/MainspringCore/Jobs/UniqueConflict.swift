/// What becomes of a new job whose key another holds.
public enum UniqueConflict: String, Sendable, Hashable, CaseIterable {
    /// It is not made; the answer is the holder.
    case reject
    /// The holder, while it waits, takes over the new job's arguments, time, priority and tags, and keeps its id and its used
    /// attempts. A holder that runs or has ended rejects.
    case replace
    /// Like ``replace``, and each new job waits for the period first: the last of a burst runs, once it is quiet.
    case debounce
    /// It is not made until the period since the holder's creation is over, whatever became of the holder.
    case throttle
    /// Like ``replace`` while the holder waits. While it runs, the newest job waits as `pending`, and becomes available when the
    /// holder has ended for good; one that waits so is replaced by a newer one, also while the holder waits again.
    case keepLast = "keep_last"

    /// It means nothing without a period.
    public var needsPeriod: Bool { self == .debounce || self == .throttle }

    /// It goes by its own states, and ignores a policy's states and period.
    public var ignoresStates: Bool { self == .keepLast }
}
