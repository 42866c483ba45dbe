import MainspringCore

/// Why a value and JSON do not fit: the end of a sentence, with names of members and types, and without values.
struct JobJSONProblem: Error, Equatable {
    let text: String

    init(_ text: String) {
        self.text = text
    }

    init(_ error: any Error) {
        switch error {
        case let problem as JobJSONProblem: self = problem
        case DecodingError.keyNotFound(let key, let context):
            text = "\(Self.name(context.codingPath + [key])) is missing"
        case DecodingError.valueNotFound(_, let context): text = "\(Self.name(context.codingPath)) is null"
        case DecodingError.typeMismatch(let type, let context):
            text = "\(Self.name(context.codingPath)) is not of the type \(type)"
        case DecodingError.dataCorrupted(let context): text = "\(Self.name(context.codingPath)) is not valid"
        case EncodingError.invalidValue(_, let context):
            text = "\(Self.name(context.codingPath)) has no form in JSON"
        default: text = "it was refused with \(type(of: error))"
        }
    }

    /// Names may come from the document too: those of a dictionary.
    private static func name(_ path: [any CodingKey]) -> String {
        guard !path.isEmpty else { return "the whole" }
        let names = path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
        return "'\(String(names.drop { $0 == "." }.unicodeScalars.prefix(64)).printable)'"
    }
}
