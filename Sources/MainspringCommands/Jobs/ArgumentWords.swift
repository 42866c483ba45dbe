import MainspringCore

/// The arguments of a job as words: `symbol=AAPL` is text, `count:=5` is JSON.
struct ArgumentWords: Sendable, Equatable {
    struct Problem: Error, Equatable {
        let message: String
    }

    private(set) var values: [String: JSONValue] = [:]
    /// Those written as text: candidates for another type when the node refuses text.
    private var texts: [String: String] = [:]

    init(_ words: [String]) throws(Problem) {
        for word in words {
            guard let equals = word.firstIndex(of: "="), equals != word.startIndex else {
                throw Problem(message: "'\(word)' is no argument; write NAME=TEXT or NAME:=JSON.")
            }
            let text = String(word[word.index(after: equals)...])
            let isJSON = word[word.index(before: equals)] == ":"
            let name = String(isJSON ? word[..<word.index(before: equals)] : word[..<equals])
            guard !name.isEmpty, values[name] == nil else {
                throw Problem(
                    message: name.isEmpty ? "'\(word)' has no name." : "the argument '\(name)' is there twice.")
            }
            values[name] = isJSON ? try Self.json(text, name: name) : .string(text)
            if !isJSON { texts[name] = text }
        }
    }

    /// The same arguments with text turned into the types that `problems` ask for; nil when a problem is about anything
    /// else, or a text does not read as its type.
    func coerced(by problems: [String]) -> [String: JSONValue]? {
        var result = values
        for problem in problems {
            guard let (name, type) = Self.typeProblem(problem), let text = texts[name],
                let value = try? JSONParser.parse(text), Self.fits(value, type)
            else { return nil }
            result[name] = value
        }
        return problems.isEmpty ? nil : result
    }

    /// `'count' must be an integer`, as ``ArgumentSchema`` says it.
    private static func typeProblem(_ problem: String) -> (name: String, type: ArgumentRule.Kind)? {
        guard problem.hasPrefix("'"), let end = problem.dropFirst().firstIndex(of: "'") else { return nil }
        let name = problem[problem.index(after: problem.startIndex)..<end]
        let rest = problem[problem.index(after: end)...]
        for kind in [ArgumentRule.Kind.integer, .number, .boolean]
        where rest == " must be a \(kind.rawValue)" || rest == " must be an \(kind.rawValue)" {
            return (String(name), kind)
        }
        return nil
    }

    private static func fits(_ value: JSONValue, _ type: ArgumentRule.Kind) -> Bool {
        switch (type, value) {
        case (.integer, .integer), (.number, .integer), (.number, .number), (.boolean, .bool): true
        default: false
        }
    }

    private static func json(_ text: String, name: String) throws(Problem) -> JSONValue {
        do {
            return try JSONParser.parse(text)
        } catch {
            throw Problem(
                message: "the argument '\(name)' is not valid JSON: \(error); '\(name)=…' would take it as text.")
        }
    }
}
