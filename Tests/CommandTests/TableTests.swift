import Testing

@testable import MainspringCommands

@Suite("Tables")
struct TableTests {
    private let narrow = Terminal(width: 30, hasColor: false)

    @Test("columns are aligned by what a terminal shows")
    func alignment() {
        let table = Table(
            [.init("NAME"), .init("COUNT", isRight: true), .init("NOTE")],
            rows: [
                ["日本", "7", "a"], ["e\u{301}x", "12", "b"], ["👍", "120", "c"],
            ])
        #expect(
            table.lines(for: .none) == [
                "NAME  COUNT  NOTE", "日本      7  a", "e\u{301}x       12  b", "👍      120  c",
            ])
    }

    @Test("a pipe gets every character, a terminal its width; ids stay whole")
    func cutting() {
        let long = String(repeating: "x", count: 60)
        let table = Table([.init("ID", isWhole: true), .init("DETAIL")], rows: [["0123456789", Table.Cell(long)]])
        #expect(table.lines(for: .none)[1] == "0123456789  " + long)
        #expect(table.lines(for: narrow)[1] == "0123456789  " + String(repeating: "x", count: 17) + "…")
    }

    @Test("a wide character is never cut in half")
    func cuttingWide() {
        #expect(DisplayWidth.cut("日本語", to: 4) == "日…")
        #expect(DisplayWidth.cut("日本語", to: 6) == "日本語")
        #expect(DisplayWidth.cut("abc", to: 0) == "")
    }

    @Test("a cell cannot bring its own colors, and is measured as it is shown")
    func foreignEscapes() {
        let table = Table([.init("A"), .init("B")], rows: [["\u{1B}[31mx", "y"], ["12345678", "z"]])
        #expect(
            table.lines(for: Terminal(width: 80, hasColor: true)) == ["A          B", "\\x1b[31mx  y", "12345678   z"])
    }

    @Test("only a terminal with color gets color, around the text alone")
    func color() {
        let table = Table([.init("S"), .init("B")], rows: [[.init("ok", .green), "x"]])
        #expect(table.lines(for: narrow)[1] == "ok  x")
        #expect(table.lines(for: Terminal(width: 30, hasColor: true))[1] == "\u{1B}[32mok\u{1B}[0m  x")
    }

    @Test("NO_COLOR and a dumb terminal have none")
    func colorSettings() {
        #expect(Terminal.allowsColor([:]))
        #expect(Terminal.allowsColor(["NO_COLOR": ""]))
        #expect(!Terminal.allowsColor(["NO_COLOR": "1"]))
        #expect(!Terminal.allowsColor(["TERM": "dumb"]))
    }
}
