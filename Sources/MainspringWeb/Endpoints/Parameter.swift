import MainspringCore

/// A part of the path or of the query, and what it may hold.
struct Parameter: Sendable {
    enum Place: String, Sendable {
        case path, query
    }

    enum Kind: Sendable {
        case text(maxBytes: Int)
        case integer(ClosedRange<Int>, default: Int)
        /// Given without a unit it is refused, so that nobody has to guess one.
        case duration(max: Duration)
        /// There, or not; a value is `true`, `false`, or empty.
        case flag
    }

    let name: String
    let place: Place
    let kind: Kind
    let meaning: String

    static func path(_ name: String, _ meaning: String) -> Parameter {
        Parameter(name: name, place: .path, kind: .text(maxBytes: 256), meaning: meaning)
    }

    static func query(_ name: String, _ kind: Kind, _ meaning: String) -> Parameter {
        Parameter(name: name, place: .query, kind: kind, meaning: meaning)
    }

    /// What is wrong with a value, as the end of a sentence; nil when it is taken.
    func problem(with text: String) -> String? {
        switch kind {
        case .text(let maxBytes): text.utf8.count > maxBytes ? "is longer than \(maxBytes) bytes" : nil
        case .integer(let range, _): Int(text).map(range.contains) == true ? nil : "must be \(typeName)"
        case .duration(let max): Duration(text: text).map { $0 <= max } == true ? nil : "must be \(typeName)"
        case .flag: ["", "true", "false"].contains(text) ? nil : "must be \(typeName)"
        }
    }

    var typeName: String {
        switch kind {
        case .text(let maxBytes): "text of up to \(maxBytes) bytes"
        case .integer(let range, let standard):
            "an integer from \(range.lowerBound) to \(range.upperBound) (default \(standard))"
        case .duration(let max): "a duration such as 500ms or 10s, up to \(max.text)"
        case .flag: "a flag: true, false, or nothing"
        }
    }
}
