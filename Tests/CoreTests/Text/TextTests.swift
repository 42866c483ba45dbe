import MainspringCore
import Testing

@Suite("Sizes, near names and printable text")
struct TextTests {
    @Test(
        "reads sizes",
        arguments: [
            ("0B", 0), ("512B", 512), ("64KiB", 65_536), ("8MiB", 8_388_608), ("2GiB", 2_147_483_648),
            ("9223372036854775807B", .max),
        ] as [(String, Int)])
    func readsSizes(text: String, bytes: Int) {
        #expect(ByteSize(text: text)?.bytes == bytes)
        #expect(ByteSize(text: text)?.text == text)
    }

    @Test(
        "refuses other sizes",
        arguments: [
            "", "8", "B", "8mib", "8 MiB", "8MB", "-1B", "+1B", "1.5KiB", "1KiB1", "9223372036854775808B",
            "9007199254740992KiB",
            "٣B",
        ])
    func refusesSizes(text: String) {
        #expect(ByteSize(text: text) == nil)
    }

    @Test("writes sizes in the largest unit that is exact")
    func writesSizes() {
        #expect(
            [1023, 1024, 1536, 1 << 20, 3 << 30].map { ByteSize(bytes: $0).text } == [
                "1023B", "1KiB", "1536B", "1MiB", "3GiB",
            ])
        #expect(ByteSize(bytes: 1) < ByteSize(bytes: 2))
    }

    @Test(
        "finds the nearest name",
        arguments: [
            ("scna", "scan"), ("Scan", "scan"), ("scann", "scan"), ("reprot", "report"), ("notfy", "notify"),
            ("sc", "scan"),
            ("zzzzzz", nil), ("", nil), ("report-by-mail", nil),
        ] as [(String, String?)])
    func nearest(word: String, name: String?) {
        #expect(NearestName.of(word, among: ["scan", "report", "notify"]) == name)
    }

    @Test("of equally near names the first by alphabet is taken, whatever their order")
    func nearestTie() {
        #expect(NearestName.of("bar1", among: ["barz", "bara"]) == "bara")
        #expect(NearestName.of("bar1", among: ["bara", "barz"]) == "bara")
        #expect(NearestName.of("bar", among: []) == nil)
    }

    @Test("a word without end is near to nothing", arguments: ["x", "e\u{301}"])
    func nearestLong(piece: String) {
        #expect(NearestName.of(String(repeating: piece, count: 100_000), among: ["scan", "report"]) == nil)
        #expect(NearestName.of("s" + String(repeating: "\u{301}", count: 100_000), among: ["scan"]) == nil)
    }

    static let texts: [(String, String)] = [
        ("plain é€😀", "plain é€😀"), ("a\nb\tc\r", "a␊b\tc␍"), ("\u{1B}[31mred", "␛[31mred"), ("\0\u{7F}", "␀␡"),
        ("\u{9B}31m", "�31m"), ("a\u{202E}b\u{2066}c\u{200F}\u{200E}", "a�b�c��"), ("\u{2028}\u{61C}", "��"),
        ("a\r\nb", "a␍␊b"), ("", ""),
    ]

    @Test("printable text holds nothing that a terminal obeys", arguments: texts)
    func printable(text: String, shown: String) {
        #expect(text.printable == shown)
        #expect(shown.printable == shown)
    }

    @Test(
        "a cut at bytes takes no part of a character",
        arguments: [
            ("abc", 3, "abc"), ("abc", 4, "abc"), ("abc", 2, "ab"), ("abc", 0, ""), ("", 0, ""), ("aé", 2, "a"),
            ("aé", 3, "aé"), ("€€", 5, "€"), ("€€", 2, ""), ("😀", 3, ""), ("x😀", 4, "x"), ("x😀", 5, "x😀"),
        ])
    func prefix(text: String, bytes: Int, kept: String) {
        #expect(text.prefix(bytes: bytes) == kept)
        #expect(text.prefix(bytes: bytes).utf8.count <= bytes)
    }
}
