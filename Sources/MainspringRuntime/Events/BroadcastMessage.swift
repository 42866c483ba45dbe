/// Bytes for every subscriber of a broadcaster; they are shared, never copied per subscriber.
public struct BroadcastMessage: Sendable, Hashable {
    public var bytes: [UInt8]
    /// Messages with the same key replace one another in the queue of a slow subscriber; nil is never replaced.
    public var key: String?

    public init(_ bytes: [UInt8], key: String? = nil) {
        self.bytes = bytes
        self.key = key
    }

    /// What a message takes of a byte budget beside its bytes and its key, so that empty ones are bounded too.
    static let overhead = 64

    var cost: Int { bytes.count + (key?.utf8.count ?? 0) + Self.overhead }
}
