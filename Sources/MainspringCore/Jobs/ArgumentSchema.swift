/// The declared arguments of a job kind: only these are taken, each of its type.
public struct ArgumentSchema: Sendable, Equatable {
    public var arguments: [String: ArgumentRule]

    public init(_ arguments: [String: ArgumentRule] = [:]) {
        self.arguments = arguments
    }

    /// Of these names, those that no argument has.
    public func undeclared(among names: some Sequence<String>) -> [String] {
        names.filter { arguments[$0] == nil }
    }

    /// Undeclared arguments that are named one by one; the caller chooses how many there are, and how long.
    private static let namedUndeclared = 10

    /// Every problem at once, by argument name and in its order; empty when all is well. Of many undeclared arguments the
    /// first ten are named.
    public func problems(in values: [String: JSONValue]) -> [String] {
        let unknown = values.keys.filter { arguments[$0] == nil }.sorted()
        var undeclared = unknown.prefix(Self.namedUndeclared).map { name in
            let near = NearestName.of(name, among: arguments.keys).map { "; did you mean '\($0)'?" } ?? ""
            return "'\(String(name.unicodeScalars.prefix(64)).printable)' is not a declared argument\(near)"
        }
        if unknown.count > undeclared.count {
            undeclared.append("\(unknown.count - undeclared.count) more are not declared arguments")
        }
        let declared = arguments.sorted { $0.key < $1.key }.compactMap { name, rule in
            values[name].map { rule.problem(with: $0).map { "'\(name)' \($0)" } }
                ?? (rule.isOptional ? nil : "'\(name)' is missing")
        }
        return undeclared + declared
    }
}

/// One declared argument.
public struct ArgumentRule: Sendable, Equatable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case string, integer, number, boolean, json
    }

    public var kind: Kind
    /// The only values taken; nil takes any.
    public var choices: [JSONValue]?
    /// For strings: the whole value must match.
    public var pattern: ArgumentPattern?
    public var isOptional: Bool
    /// For strings: the longest, in bytes of UTF-8. For numbers: the largest. Nil: 64 KiB, or no limit.
    public var max: Int64?
    /// Takes values that start with `-`, which a command may read as an option.
    public var allowsDash: Bool
    /// Takes newlines. NUL is never taken: no argument of a process can hold it.
    public var allowsNewline: Bool

    public init(
        _ kind: Kind, choices: [JSONValue]? = nil, pattern: ArgumentPattern? = nil, isOptional: Bool = false,
        max: Int64? = nil, allowsDash: Bool = false, allowsNewline: Bool = false
    ) {
        self.kind = kind
        self.choices = choices
        self.pattern = pattern
        self.isOptional = isOptional
        self.max = max
        self.allowsDash = allowsDash
        self.allowsNewline = allowsNewline
    }

    static let defaultMaxBytes: Int64 = 64 << 10

    /// What is wrong with the value, as the end of a sentence; nil when it is taken. Never quotes the value.
    func problem(with value: JSONValue) -> String? {
        if let problem = typeProblem(with: value) { return problem }
        if let choices, !choices.contains(where: { $0.withCanonicalNumbers == value.withCanonicalNumbers }) {
            return "must be one of \(choices.map(\.compactText).joined(separator: ", "))"
        }
        return nil
    }

    private func typeProblem(with value: JSONValue) -> String? {
        switch (kind, value) {
        case (.string, .string(let text)): return textProblem(with: text)
        case (.integer, .integer(let number)):
            return max.map { number > $0 } == true ? "must be at most \(max ?? 0)" : nil
        case (.number, .integer), (.number, .number):
            guard let max, let number = value.double, number > Double(max) else { return nil }
            return "must be at most \(max)"
        case (.boolean, .bool), (.json, _): return nil
        default: return "must be \(kind == .integer ? "an" : "a") \(kind.rawValue)"
        }
    }

    private func textProblem(with text: String) -> String? {
        if text.utf8.contains(0) { return "holds a NUL character" }
        if !allowsNewline, text.utf8.contains(10) || text.utf8.contains(13) {
            return "holds a newline; declare 'newline: true' to take it"
        }
        if !allowsDash, text.utf8.first == UInt8(ascii: "-") {
            return "starts with '-'; declare 'dash: true' to take it"
        }
        if text.utf8.count > max ?? Self.defaultMaxBytes {
            return "is longer than \(max ?? Self.defaultMaxBytes) bytes"
        }
        if let pattern, !pattern.matches(text) { return "does not match \(pattern.source)" }
        return nil
    }
}

/// A regular expression that was compiled when the configuration was read.
public struct ArgumentPattern: Sendable, Equatable {
    public let source: String
    private let matcher: @Sendable (String) -> Bool

    /// Throws what `Regex` throws when the pattern is not valid.
    public init(_ source: String) throws {
        _ = try Regex(source)
        self.source = source
        // `Regex` is not Sendable, so each check compiles it anew; patterns are short and checks are rare.
        matcher = { text in (try? Regex(source).wholeMatch(in: text)) != nil }
    }

    public func matches(_ text: String) -> Bool { matcher(text) }

    public static func == (left: Self, right: Self) -> Bool { left.source == right.source }
}
