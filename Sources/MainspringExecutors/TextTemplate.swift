import MainspringCore

/// Text with places for arguments: `{name}` is an argument, `{{` and `}}` are braces.
public struct TextTemplate: Sendable, Equatable {
    public enum Segment: Sendable, Equatable {
        case text(String)
        case argument(String)
    }

    /// Why a text is no template: one sentence that says what to write instead.
    public struct Problem: Error, Sendable, Equatable, CustomStringConvertible {
        public let description: String

        init(_ description: String) {
            self.description = description
        }
    }

    public let segments: [Segment]

    public init(_ text: String) throws(Problem) {
        var segments: [Segment] = []
        var literal = ""
        var rest = Substring(text)
        while let character = rest.popFirst() {
            switch character {
            case "{" where rest.first == "{", "}" where rest.first == "}":
                literal.append(character)
                rest.removeFirst()
            case "{":
                guard let end = rest.firstIndex(of: "}") else {
                    throw Problem("a '{' has no '}'; a brace itself is written '{{'")
                }
                let name = rest[..<end]
                guard !name.isEmpty, name.allSatisfy(Self.belongsInName) else {
                    throw Problem("the name of an argument belongs between '{' and '}'; a brace itself is written '{{'")
                }
                if !literal.isEmpty { segments.append(.text(literal)) }
                literal = ""
                segments.append(.argument(String(name)))
                rest = rest[rest.index(after: end)...]
            case "}":
                throw Problem("a '}' has no '{'; a brace itself is written '}}'")
            default:
                literal.append(character)
            }
        }
        if !literal.isEmpty { segments.append(.text(literal)) }
        self.segments = segments
    }

    /// The names between braces, in order.
    public var arguments: [String] {
        segments.compactMap { if case .argument(let name) = $0 { name } else { nil } }
    }

    /// The text up to the first argument.
    public var leadingText: String {
        if case .text(let text)? = segments.first { text } else { "" }
    }

    /// The name when the whole text is one argument.
    public var soleArgument: String? {
        if segments.count == 1, case .argument(let name) = segments[0] { name } else { nil }
    }

    /// How an argument stands in a text: strings as they are, everything else as compact JSON.
    static func rendered(_ value: JSONValue) -> String {
        value.string ?? value.compactText
    }

    private static func belongsInName(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "._-".contains(character))
    }
}
