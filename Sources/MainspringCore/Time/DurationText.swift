extension Duration {
    /// Reads `250ms`, `30s`, `5m`, `12h`, `7d`, and sums such as `1h30m`; nil for anything else, a bare number included.
    public init?(text: some StringProtocol) {
        let units: [(String, Int64)] = [
            ("ms", 1_000), ("s", 1_000_000), ("m", 60_000_000), ("h", 3_600_000_000), ("d", 86_400_000_000),
        ]
        var micros: Int64 = 0
        var rest = Substring(text)
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            let letters = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(letters.count)
            guard let count = Int64(digits), let unit = units.first(where: { $0.0 == letters }) else { return nil }
            let (product, overflow) = count.multipliedReportingOverflow(by: unit.1)
            guard !overflow else { return nil }
            micros = micros.saturatingAdd(product)
        }
        self = .microseconds(micros)
    }

    /// The shortest exact form that ``init(text:)`` reads back, rounded up to a millisecond: `1h30m`, `250ms`, `0s`.
    public var text: String {
        var millis = wholeMicroseconds.saturatingAdd(999) / 1000
        guard millis > 0 else { return "0s" }
        var parts = ""
        for (name, size) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)]
            as [(String, Int64)]
        {
            let count = millis / size
            if count > 0 { parts += "\(count)\(name)" }
            millis %= size
        }
        return parts
    }

    /// For people: at most two units, `3m 12s`, `1.4s`, `250ms`.
    public var forPeople: String {
        let micros = wholeMicroseconds
        switch micros {
        case ..<0: return "0s"
        case ..<1_000_000: return "\(micros / 1000)ms"
        case ..<10_000_000: return "\(micros / 1_000_000).\(micros / 100_000 % 10)s"
        case ..<60_000_000: return "\(micros / 1_000_000)s"
        case ..<3_600_000_000: return "\(micros / 60_000_000)m \(micros / 1_000_000 % 60)s"
        case ..<86_400_000_000: return "\(micros / 3_600_000_000)h \(micros / 60_000_000 % 60)m"
        default: return "\(micros / 86_400_000_000)d \(micros / 3_600_000_000 % 24)h"
        }
    }
}
