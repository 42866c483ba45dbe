/// What one metric is called and means; ``MetricsCatalog`` lists them all.
public struct Metric: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case counter, gauge, histogram
    }

    /// With its prefix: `mainspring_jobs_total`.
    public let name: String
    public let kind: Kind
    /// What one of it is: `seconds`, `attempts`; empty for a yes or no.
    public let unit: String
    /// In the order in which samples give their values.
    public let labels: [String]
    public let meaning: String
    /// Of a histogram: upper bounds in seconds; what is longer is counted in `+Inf` alone.
    let buckets: [Double]

    init(
        _ name: String, _ kind: Kind, unit: String = "", labels: [String] = [],
        buckets: [Double] = MetricsCatalog.buckets, _ meaning: String
    ) {
        self.name = "mainspring_\(name)"
        self.kind = kind
        self.unit = unit
        self.labels = labels
        self.meaning = meaning
        self.buckets = buckets
    }

    /// How samples that share a series become one: amounts add up, of ages and yes-or-no the largest stays.
    func combine(_ left: Double, _ right: Double) -> Double {
        kind == .counter || unit == "jobs" || unit == "slots" ? left + right : max(left, right)
    }
}

/// One value of a gauge, read when the metrics are.
public struct MetricSample: Sendable, Equatable {
    public var metric: Metric
    /// One for each of the metric's labels.
    public var labels: [String]
    public var value: Double

    public init(_ metric: Metric, _ labels: [String] = [], value: Double) {
        self.metric = metric
        self.labels = labels
        self.value = value
    }
}
