/// What a subscriber is told, in order, on the event loop's thread: it must be quick and must not block.
package enum RedisNews: Sendable, Equatable {
    case message([UInt8])
    /// From here on messages come. Also after every reconnect, when some may have been missed.
    case subscribed
    /// Messages are missed until the next `subscribed`. Told once for each loss, however many attempts fail; also when the
    /// first attempt fails.
    case lost(RedisError)
}

struct RedisSubscription: Sendable {
    var channel: String
    var handler: @Sendable (RedisNews) -> Void
}
