import MainspringCore

/// Counts by bucket, with their sum.
struct Histogram: Sendable {
    /// One more than there are bounds: the last is for what is longer than all of them.
    private(set) var counts = [UInt64](repeating: 0, count: MetricsCatalog.buckets.count + 1)
    private(set) var sum = 0.0

    mutating func record(_ duration: Duration) {
        let seconds = max(0, duration.inSeconds)
        let bucket = MetricsCatalog.buckets.firstIndex { seconds <= $0 } ?? MetricsCatalog.buckets.count
        counts[bucket] += 1
        sum += seconds
    }

    var count: UInt64 { counts.reduce(0, +) }
}
