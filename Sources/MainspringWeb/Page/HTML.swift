/// Text that is safe to send as HTML: whatever is interpolated is escaped, except other `HTML`.
struct HTML: Sendable, ExpressibleByStringInterpolation {
    private(set) var text: String

    init(stringLiteral value: String) { text = value }
    init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

    static func joined(_ parts: [HTML], by separator: HTML = "") -> HTML {
        var html: HTML = ""
        html.text = parts.map(\.text).joined(separator: separator.text)
        return html
    }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + interpolationCount * 16)
        }

        mutating func appendLiteral(_ literal: String) { text += literal }
        mutating func appendInterpolation(_ value: String) { HTML.escape(value, into: &text) }
        mutating func appendInterpolation(_ value: Substring) { HTML.escape(String(value), into: &text) }
        mutating func appendInterpolation(_ value: Int) { text += String(value) }
        mutating func appendInterpolation(_ html: HTML) { text += html.text }
        mutating func appendInterpolation(_ html: HTML?) { text += html?.text ?? "" }
        mutating func appendInterpolation(_ parts: [HTML]) { for part in parts { text += part.text } }
    }

    /// Markup becomes text, in elements and in quoted attributes; control characters and those that change the direction of
    /// writing become visible.
    private static func escape(_ value: String, into out: inout String) {
        for scalar in value.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            case "\n", "\t": out.unicodeScalars.append(scalar)
            default: out.unicodeScalars.append(contentsOf: visible(scalar))
            }
        }
    }

    private static func visible(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        switch scalar.value {
        // The pictures of control characters stand in their order.
        case 0..<0x20: Unicode.Scalar(0x2400 + scalar.value).map { [$0] } ?? []
        case 0x7F: ["\u{2421}"]
        case 0x80...0x9F, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF:
            Array("⟨U+\(String(scalar.value, radix: 16, uppercase: true))⟩".unicodeScalars)
        default: [scalar]
        }
    }
}
