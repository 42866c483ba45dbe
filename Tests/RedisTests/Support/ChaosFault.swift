import NIOCore

/// What a ``ChaosProxy`` does to its connections.
enum ChaosFault: Sendable, Equatable {
    case none
    /// Each chunk comes so much later, in both directions.
    case delay(TimeAmount)
    /// Each direction of each connection carries so many bytes a second.
    case throttle(bytesPerSecond: Int)
    /// A network that is cut: connections stay open and new ones are accepted, nothing comes through. What was sent meanwhile
    /// arrives afterwards.
    case frozen
    /// A peer that is gone without a word: as `frozen`, but the connections of that time stay silent for ever.
    case halfOpen
    /// Requests reach the server, its answers are lost. The connections of that time are reset afterwards.
    case answersLost
    /// Every connection is reset, new ones too.
    case reset
    /// Every connection is closed in order, new ones too.
    case closed
    /// Nobody listens.
    case refused
    /// Each connection is reset after a number of bytes below `bytes` that the seed and the connection's number decide.
    case flaky(seed: UInt64, bytes: Int)
}
