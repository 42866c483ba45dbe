import MainspringCore
import NIOCore

/// Commands that wait to be sent, in order and already encoded; pure.
///
/// Most bursts are one segment: one buffer that is written as it is. A segment is sent whole, so it ends where the next
/// command may have to wait for room in flight.
struct SendQueue<Waiter> {
    struct Segment {
        var bytes: ByteBuffer
        /// Of the oldest in it.
        var since: MonotonicInstant
        var waiters: [(waiter: Waiter, count: Int)] = []
        var count = 0
    }

    private static var segmentBytes: Int { 256 << 10 }

    private let segmentCount: Int
    private var segments = CircularBuffer<Segment>()
    private(set) var count = 0
    private(set) var bytes = 0

    init(maxInFlight: Int) {
        segmentCount = max(1, maxInFlight / 8)
    }

    mutating func append(_ command: RedisCommand, _ waiter: Waiter, at now: () -> MonotonicInstant) {
        append(1, size: command.size, waiter, now) { command.encode(to: &$0) }
    }

    mutating func append(_ commands: [RedisCommand], _ waiter: Waiter, at now: () -> MonotonicInstant) {
        append(commands.count, size: commands.reduce(0) { $0 + $1.size }, waiter, now) { buffer in
            for command in commands { command.encode(to: &buffer) }
        }
    }

    private mutating func append(
        _ added: Int, size: Int, _ waiter: Waiter, _ now: () -> MonotonicInstant, _ encode: (inout ByteBuffer) -> Void
    ) {
        let fits = segments.last.map { $0.count + added <= segmentCount && $0.bytes.readableBytes < Self.segmentBytes }
        if fits != true {
            let bytes = ByteBufferAllocator().buffer(capacity: max(1024, size + 32))
            segments.append(Segment(bytes: bytes, since: now()))
        }
        // Taken out, so that its buffer is not copied.
        var segment = segments.removeLast()
        let before = segment.bytes.readableBytes
        encode(&segment.bytes)
        bytes += segment.bytes.readableBytes - before
        segment.waiters.append((waiter, added))
        segment.count += added
        count += added
        segments.append(segment)
    }

    /// The oldest, when there is room for it; one that is larger than all room goes alone.
    mutating func next(inFlight: Int, maxInFlight: Int) -> Segment? {
        guard let first = segments.first, inFlight == 0 || inFlight + first.count <= maxInFlight else { return nil }
        segments.removeFirst()
        count -= first.count
        bytes -= first.bytes.readableBytes
        return first
    }

    /// Those who have waited since before `start`.
    mutating func expire(before start: MonotonicInstant) -> [Waiter] {
        var waiters: [Waiter] = []
        while let first = segments.first, first.since < start {
            waiters += first.waiters.map(\.waiter)
            _ = next(inFlight: 0, maxInFlight: 0)
        }
        return waiters
    }

    /// Everybody in it; it is empty then.
    mutating func end() -> [Waiter] {
        let waiters = segments.flatMap { $0.waiters.map(\.waiter) }
        segments.removeAll()
        (count, bytes) = (0, 0)
        return waiters
    }
}
