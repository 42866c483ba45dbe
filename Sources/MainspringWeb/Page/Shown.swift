import MainspringCore

/// Values as the page shows them.
enum Shown {
    /// At most `limit` characters of the first line.
    static func line(_ text: String, limit: Int = 80) -> String {
        let line = text.prefix { !$0.isNewline }
        let short = line.prefix(limit)
        return short.endIndex == text.endIndex ? String(short) : "\(short)…"
    }

    /// How long ago, with the whole time for who points at it.
    static func age(_ time: Timestamp?, now: Timestamp) -> HTML {
        guard let time else { return "–" }
        return "<time datetime=\"\(time.rfc3339)\" title=\"\(time.rfc3339)\">\((now - time).forPeople)</time>"
    }

    static func time(_ time: Timestamp?) -> HTML {
        guard let time else { return "–" }
        return "<time datetime=\"\(time.rfc3339)\">\(time.rfc3339.replacing("T", with: " ", maxReplacements: 1))</time>"
    }

    /// From start to end, or until now.
    static func duration(from start: Timestamp?, to end: Timestamp?, now: Timestamp) -> String {
        start.map { ((end ?? now) - $0).forPeople } ?? "–"
    }

    /// Zeros step back.
    static func count(_ number: Int) -> HTML {
        number == 0 ? "<span class=\"zero\">0</span>" : "\(grouped(number))"
    }

    /// `12 345`, with narrow spaces that do not break.
    static func grouped(_ number: Int) -> String {
        let digits = String(number)
        var out = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { out.append("\u{202F}") }
            out.append(digit)
        }
        return out
    }

    /// Whole percent, cut: 100 only at the end.
    static func percent(_ fraction: Double) -> String { "\(Int(fraction * 100)) %" }

    static func prettyJSON(_ text: String) -> String {
        (try? JSONParser.parse(text))?.prettyText ?? text
    }
}
