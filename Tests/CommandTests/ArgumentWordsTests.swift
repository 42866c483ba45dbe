import MainspringCore
import Testing

@testable import MainspringCommands

@Suite("Arguments as words")
struct ArgumentWordsTests {
    @Test("'=' gives text, ':=' gives JSON, and only the first '=' counts")
    func rule() throws {
        let words = try ArgumentWords(["a=1", "b:=1", "c=x=y:=z", "d=", "e:={\"f\":[true]}"])
        #expect(words.values == ["a": "1", "b": 1, "c": "x=y:=z", "d": "", "e": ["f": [true]]])
    }

    @Test("what is no argument is refused", arguments: ["plain", "=x", ":=1", "a:=", "a:=nope", "a:={"])
    func refusals(_ word: String) {
        #expect(throws: ArgumentWords.Problem.self) { try ArgumentWords([word]) }
    }

    @Test("a name that is there twice is refused")
    func twice() {
        #expect(throws: ArgumentWords.Problem.self) { try ArgumentWords(["a=1", "a:=1"]) }
    }

    /// The node's own words, so that a change of them is noticed here.
    private let schema = ArgumentSchema([
        "symbol": ArgumentRule(.string), "count": ArgumentRule(.integer), "share": ArgumentRule(.number),
        "dry": ArgumentRule(.boolean),
    ])

    @Test("text becomes the type that the node's declaration asks for")
    func coercion() throws {
        let words = try ArgumentWords(["symbol=12", "count=5", "share=0.5", "dry=true"])
        let coerced = try #require(words.coerced(by: schema.problems(in: words.values)))
        #expect(coerced == ["symbol": "12", "count": 5, "share": .number("0.5"), "dry": true])
        #expect(schema.problems(in: coerced).isEmpty)
    }

    @Test(
        "nothing is guessed when a text is no such value, was JSON, or something else is wrong as well",
        arguments: [
            ["count=five"], ["count=5.5"], ["dry=yes"], ["count:=\"5\""], ["count=5", "other=x"], ["count= 5 x"],
        ])
    func noCoercion(_ texts: [String]) throws {
        let words = try ArgumentWords(
            texts + ["symbol=A", "share=1"] + (texts[0].hasPrefix("dry") ? ["count=1"] : ["dry=true"]))
        #expect(words.coerced(by: schema.problems(in: words.values)) == nil)
    }
}
