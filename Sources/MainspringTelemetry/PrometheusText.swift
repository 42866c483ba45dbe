/// Prometheus text exposition, version 0.0.4.
struct PrometheusText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private(set) var text = ""

    /// Names the metric once; its samples follow.
    mutating func begin(_ metric: Metric) {
        text += "# HELP \(metric.name) \(metric.meaning.replacing("\\", with: "\\\\").replacing("\n", with: "\\n"))\n"
        text += "# TYPE \(metric.name) \(metric.kind.rawValue)\n"
    }

    mutating func sample(_ metric: Metric, _ labels: [String], value: Double) {
        line(metric.name, Array(zip(metric.labels, labels)), Self.number(value))
    }

    mutating func histogram(_ metric: Metric, _ labels: [String], _ histogram: Histogram) {
        let pairs = Array(zip(metric.labels, labels))
        var total: UInt64 = 0
        for (bound, count) in zip(metric.buckets, histogram.counts) {
            total += count
            line("\(metric.name)_bucket", pairs + [("le", Self.number(bound))], "\(total)")
        }
        line("\(metric.name)_bucket", pairs + [("le", "+Inf")], "\(histogram.count)")
        line("\(metric.name)_sum", pairs, Self.number(histogram.sum))
        line("\(metric.name)_count", pairs, "\(histogram.count)")
    }

    private mutating func line(_ name: String, _ labels: [(String, String)], _ value: String) {
        let list = labels.map { "\($0.0)=\"\(Self.escape($0.1))\"" }.joined(separator: ",")
        text += list.isEmpty ? "\(name) \(value)\n" : "\(name){\(list)} \(value)\n"
    }

    /// A whole number without its `.0`.
    static func number(_ value: Double) -> String {
        Int64(exactly: value).map(String.init) ?? "\(value)"
    }

    private static func escape(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
