import Foundation

/// Rows of the README's table, written to the file that `MAINSPRING_BENCH_RESULTS` names; nowhere without it.
enum Results {
    static func add(_ what: String, _ value: String, durability: String) {
        guard let path = ProcessInfo.processInfo.environment["MAINSPRING_BENCH_RESULTS"],
            let file = fopen(path, "a")
        else { return }
        fputs("| \(what) | \(value) | \(durability) |\n", file)
        fclose(file)
    }
}

extension [Double] {
    var median: Double { percentile(0.5) }

    /// The value below which that share of all is; 0 of none.
    func percentile(_ share: Double) -> Double {
        guard !isEmpty else { return 0 }
        return sorted()[Swift.min(count - 1, Int(Double(count) * share))]
    }
}

extension Double {
    var perSecond: String { "\(Int(self).grouped) jobs/s" }
    var percent: String { "\(Int((self * 100).rounded())) %" }
    /// Of seconds.
    var millis: String { String(format: "%.2f ms", self * 1000) }
}

extension Int {
    var grouped: String {
        var digits = String(self)
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        return ([digits] + groups).joined(separator: ",")
    }
}
