import MainspringCore
import Testing

@Suite("Declared arguments")
struct ArgumentSchemaTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var rule: ArgumentRule
        var value: JSONValue
        /// Nil: the value is taken.
        var problem: String?
        var testDescription: String { "\(rule.kind) \(value.compactText.prefix(40))" }

        init(_ rule: ArgumentRule, _ value: JSONValue, _ problem: String? = nil) {
            self.rule = rule
            self.value = value
            self.problem = problem
        }
    }

    static let cases: [Case] = [
        Case(ArgumentRule(.string), "AAPL"), Case(ArgumentRule(.string), ""), Case(ArgumentRule(.string), "é😀"),
        Case(ArgumentRule(.string), 1, "must be a string"), Case(ArgumentRule(.string), .null, "must be a string"),
        Case(ArgumentRule(.integer), 1), Case(ArgumentRule(.integer), .integer(.min)),
        Case(ArgumentRule(.integer), .number("1.0"), "must be an integer"),
        Case(ArgumentRule(.integer), .number("9223372036854775808"), "must be an integer"),
        Case(ArgumentRule(.integer), "1", "must be an integer"),
        Case(ArgumentRule(.integer), true, "must be an integer"),
        Case(ArgumentRule(.number), 1), Case(ArgumentRule(.number), .number("1.5e300")),
        Case(ArgumentRule(.number), "1.5", "must be a number"),
        Case(ArgumentRule(.boolean), true), Case(ArgumentRule(.boolean), 1, "must be a boolean"),
        Case(ArgumentRule(.boolean), "true", "must be a boolean"),
        Case(ArgumentRule(.json), .null), Case(ArgumentRule(.json), ["a": [1, "-x\n"]]),
        Case(ArgumentRule(.json), "-x"),

        Case(ArgumentRule(.string, choices: ["a", "b"]), "b"),
        Case(ArgumentRule(.string, choices: ["a", "b"]), "c", #"must be one of "a", "b""#),
        Case(ArgumentRule(.integer, choices: [1, 2]), 3, "must be one of 1, 2"),
        Case(ArgumentRule(.number, choices: [.number("0.5"), 1]), .number("5e-1")),
        Case(ArgumentRule(.number, choices: [.number("0.5"), 1]), .number("1.00")),
        Case(ArgumentRule(.number, choices: [1]), 2, "must be one of 1"),

        Case(ArgumentRule(.string, max: 4), "abcd"),
        Case(ArgumentRule(.string, max: 4), "abcde", "is longer than 4 bytes"),
        Case(ArgumentRule(.string, max: 4), "ééé", "is longer than 4 bytes"),
        Case(ArgumentRule(.string), .string(String(repeating: "x", count: 65_536))),
        Case(ArgumentRule(.string), .string(String(repeating: "x", count: 65_537)), "is longer than 65536 bytes"),
        Case(ArgumentRule(.integer, max: 10), 10), Case(ArgumentRule(.integer, max: 10), 11, "must be at most 10"),
        Case(ArgumentRule(.integer, max: 10), .integer(.min)),
        Case(ArgumentRule(.number, max: 10), .number("10.0")),
        Case(ArgumentRule(.number, max: 10), .number("10.01"), "must be at most 10"),
        Case(ArgumentRule(.number, max: 10), .number("1e999"), "must be at most 10"),
        Case(ArgumentRule(.number, max: 10), 11, "must be at most 10"),

        Case(ArgumentRule(.string), "-rf", "starts with '-'; declare 'dash: true' to take it"),
        Case(ArgumentRule(.string), "a-b"), Case(ArgumentRule(.string, allowsDash: true), "-rf"),
        Case(ArgumentRule(.string), "a\nb", "holds a newline; declare 'newline: true' to take it"),
        Case(ArgumentRule(.string), "a\rb", "holds a newline; declare 'newline: true' to take it"),
        Case(ArgumentRule(.string), "a\r\nb", "holds a newline; declare 'newline: true' to take it"),
        Case(ArgumentRule(.string, allowsNewline: true), "a\nb"),
        Case(ArgumentRule(.string, allowsDash: true, allowsNewline: true), "a\0b", "holds a NUL character"),
    ]

    @Test("each type takes its own values", arguments: cases)
    func rules(_ one: Case) {
        let schema = ArgumentSchema(["a": one.rule])
        #expect(schema.problems(in: ["a": one.value]) == (one.problem.map { ["'a' \($0)"] } ?? []))
    }

    @Test(
        "a pattern matches the whole value or nothing",
        arguments: [
            ("AAPL", true), ("AAPL ", false), ("xAAPL", false), ("aapl", false), ("", false), ("AAPLAAPL", false),
        ])
    func pattern(text: String, isTaken: Bool) throws {
        let rule = ArgumentRule(.string, pattern: try ArgumentPattern("[A-Z]{1,5}"))
        #expect(
            ArgumentSchema(["a": rule]).problems(in: ["a": .string(text)])
                == (isTaken ? [] : ["'a' does not match [A-Z]{1,5}"]))
        let either = ArgumentRule(.string, pattern: try ArgumentPattern("A|AAPL"))
        #expect(ArgumentSchema(["a": either]).problems(in: ["a": "AAPL"]).isEmpty)
    }

    @Test("an invalid pattern is refused when it is declared", arguments: ["[", "(a", "*"])
    func invalidPattern(source: String) {
        #expect(throws: (any Error).self) { try ArgumentPattern(source) }
    }

    @Test("every problem is named at once, in order")
    func all() {
        let schema = ArgumentSchema([
            "symbol": ArgumentRule(.string), "days": ArgumentRule(.integer, isOptional: true),
            "deep": ArgumentRule(.boolean),
        ])
        #expect(schema.problems(in: ["symbol": "A", "deep": true]).isEmpty)
        #expect(
            schema.problems(in: ["symbl": "A", "days": "x", "zzzzzzzz": 1]) == [
                "'symbl' is not a declared argument; did you mean 'symbol'?", "'zzzzzzzz' is not a declared argument",
                "'days' must be an integer", "'deep' is missing", "'symbol' is missing",
            ])
    }

    @Test("a problem never quotes the value, and names at most ten undeclared arguments, cut and printable")
    func bounded() {
        let schema = ArgumentSchema(["a": ArgumentRule(.integer)])
        #expect(schema.problems(in: ["a": "secret"]).allSatisfy { !$0.contains("secret") })
        var values: [String: JSONValue] = ["a": 1, "\u{1B}[2J\(String(repeating: "x", count: 1_000))": 1]
        for number in 0..<50_000 { values["undeclared\(number)"] = 1 }
        let problems = schema.problems(in: values)
        #expect(problems.count == 11)
        #expect(problems.last == "49991 more are not declared arguments")
        #expect(problems.allSatisfy { $0.utf8.count < 200 && !$0.unicodeScalars.contains("\u{1B}") })
    }
}
