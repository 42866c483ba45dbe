/// The last bytes of an output, at most `limit`; what does not fit is dropped from the start and counted.
///
/// An append costs time in proportion to what it keeps, never more than `limit`.
public struct OutputTail: Sendable {
    public let limit: Int
    public private(set) var droppedBytes = 0
    /// A ring once it is full: the oldest byte is at `start`.
    private var ring: [UInt8] = []
    private var start = 0

    /// A limit of zero keeps nothing and counts everything.
    public init(limit: Int) {
        self.limit = max(0, limit)
    }

    public var count: Int { ring.count }

    /// Oldest first.
    public var bytes: [UInt8] {
        start == 0 ? ring : Array(ring[start...] + ring[..<start])
    }

    public mutating func append(_ chunk: [UInt8]) {
        let kept = chunk.suffix(limit)
        droppedBytes += chunk.count - kept.count
        if kept.count == limit {
            droppedBytes += ring.count
            ring = Array(kept)
            start = 0
            return
        }
        let growing = kept.prefix(limit - ring.count)
        ring.append(contentsOf: growing)
        overwrite(kept.dropFirst(growing.count))
    }

    private mutating func overwrite(_ chunk: ArraySlice<UInt8>) {
        guard !chunk.isEmpty else { return }
        droppedBytes += chunk.count
        let first = chunk.prefix(limit - start)
        let second = chunk.dropFirst(first.count)
        ring.replaceSubrange(start..<(start + first.count), with: first)
        ring.replaceSubrange(0..<second.count, with: second)
        start = (start + chunk.count) % limit
    }
}
