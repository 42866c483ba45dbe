/// A point on the wall clock: whole microseconds since 1970-01-01T00:00:00Z.
///
/// Stores keep it as a 64-bit integer, so that ordering never depends on text or floating point.
public struct Timestamp: Sendable, Hashable, Comparable {
    public var microseconds: Int64

    public init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.microseconds < right.microseconds
    }

    public static func + (time: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(microseconds: time.microseconds.saturatingAdd(duration.wholeMicroseconds))
    }

    public static func - (time: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(microseconds: time.microseconds.saturatingAdd(-duration.wholeMicroseconds))
    }

    public static func - (left: Timestamp, right: Timestamp) -> Duration {
        let (difference, overflow) = left.microseconds.subtractingReportingOverflow(right.microseconds)
        return .microseconds(overflow ? (left < right ? -Int64.max : Int64.max) : difference)
    }
}

extension Duration {
    /// Rounded towards zero; beyond 292,000 years it stays at the limit.
    public var wholeMicroseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        guard !overflow else { return seconds < 0 ? -Int64.max : Int64.max }
        return max(-Int64.max, product.saturatingAdd(attoseconds / 1_000_000_000_000))
    }

    /// For metrics and JSON fields named `…_seconds`.
    public var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}

extension Int64 {
    func saturatingAdd(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? -Int64.max : Int64.max) : sum
    }
}
