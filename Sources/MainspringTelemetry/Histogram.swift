import MainspringCore

/// Counts by bucket, with their sum.
struct Histogram: Sendable {
    /// One more than there are bounds: the last is for what is longer than all of them.
    private(set) var counts: [UInt64]
    private(set) var sum = 0.0
    private let bounds: [Double]

    init(bounds: [Double] = MetricsCatalog.buckets) {
        self.bounds = bounds
        counts = [UInt64](repeating: 0, count: bounds.count + 1)
    }

    mutating func record(_ duration: Duration) {
        let seconds = max(0, duration.inSeconds)
        let bucket = bounds.firstIndex { seconds <= $0 } ?? bounds.count
        counts[bucket] += 1
        sum += seconds
    }

    var count: UInt64 { counts.reduce(0, +) }
}
