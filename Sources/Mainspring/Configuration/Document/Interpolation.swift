import MainspringCore

/// `${NAME}` and `${NAME:-default}` in a scalar; `$${` is a literal `${`. What it puts in is never read again.
struct Interpolation {
    struct Problem: Error {
        let message: String
        let hint: String
    }

    var text: String
    var variables: [String]

    /// A default stands for a variable that is unset or empty. With `escapesBraces` what is put in, and what `$${…}`
    /// leaves, has its braces doubled, so that a template does not take it for an argument.
    static func expand(
        _ text: String, environment: [String: String], escapesBraces: Bool = false
    ) throws(Problem) -> Interpolation {
        var result = Interpolation(text: "", variables: [])
        var rest = Substring(text)
        while let dollar = rest.firstIndex(of: "$") {
            result.text += rest[..<dollar]
            rest = rest[dollar...]
            if rest.hasPrefix("$${") {
                let end = rest.firstIndex(of: "}").map { rest.index(after: $0) } ?? rest.endIndex
                let literal = String(rest[rest.index(after: dollar)..<end])
                result.text += escapesBraces ? doubled(literal) : literal
                rest = rest[end...]
            } else if rest.hasPrefix("${") {
                guard let end = rest.firstIndex(of: "}") else {
                    throw Problem(message: "a '${' has no '}'", hint: "a literal '${' is written '$${'")
                }
                let value = try result.value(of: rest[rest.index(dollar, offsetBy: 2)..<end], environment: environment)
                result.text += escapesBraces ? doubled(value) : value
                rest = rest[rest.index(after: end)...]
            } else {
                result.text.append("$")
                rest.removeFirst()
            }
        }
        result.text += rest
        return result
    }

    private mutating func value(of reference: Substring, environment: [String: String]) throws(Problem) -> String {
        let name = reference.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        let rest = reference.dropFirst(name.count)
        guard let first = name.first, !first.isNumber, rest.isEmpty || rest.hasPrefix(":-") else {
            throw Problem(
                message: "no environment variable is named so",
                hint: "write '${NAME}' or '${NAME:-default}'; a literal is '$${'")
        }
        variables.append(String(name))
        let value = environment[String(name)]
        if rest.isEmpty {
            guard let value else {
                throw Problem(
                    message: "the environment variable \(name) is not set",
                    hint: "set it, or write '${\(name):-default}'")
            }
            return value
        }
        guard let value, !value.isEmpty else { return String(rest.dropFirst(2)) }
        return value
    }

    private static func doubled(_ text: String) -> String {
        String(text.flatMap { $0 == "{" || $0 == "}" ? [$0, $0] : [$0] })
    }
}
