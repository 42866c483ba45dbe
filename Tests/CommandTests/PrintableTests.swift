import MainspringCore
import Testing

@testable import MainspringCommands

@Suite("Text that reaches a terminal")
struct PrintableTests {
    @Test("escape sequences are shown, not sent")
    func escapes() {
        #expect(Printable.lines("\u{1B}[2Jhi\u{7}\r\u{9B}31m\u{7F}") == "\\x1b[2Jhi\\x07\\r\\x9b31m\\x7f")
    }

    @Test("what turns the direction of text or hides in it is shown")
    func bidirectional() {
        #expect(Printable.line("a\u{202E}b\u{2066}c\u{200B}d\u{E0041}") == "a\\u{202e}b\\u{2066}c\\u{200b}d\\u{e0041}")
    }

    @Test("a line keeps no newline, lines keep theirs")
    func newlines() {
        #expect(Printable.line("a\nb\tc") == "a\\nb\\tc")
        #expect(Printable.lines("a\nb\tc") == "a\nb\tc")
        #expect(Printable.lines("a\r\nb") == "a\\r\nb")
    }

    @Test("ordinary text of any language is left alone")
    func ordinary() {
        let text = "Tiếng Việt, 日本語, עברית, 👩‍👩‍👧, e\u{301}"
        #expect(Printable.line(text) == text)
    }

    @Test("JSON keeps its meaning and holds no raw control character, in a name neither")
    func json() throws {
        let value: JSONValue = ["a\u{202E}": "\u{1B}[0m\u{9B}\u{E0041}\u{2028}\n"]
        for text in [Printable.json(value.compactText), Printable.json(value.prettyText)] {
            #expect(try JSONParser.parse(text) == value)
            #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || (0x20..<0x7F).contains($0.value) })
        }
    }
}
