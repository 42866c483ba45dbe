import MainspringCore
import Testing

@Suite("Durations as text")
struct DurationTextTests {
    @Test(
        "reads durations",
        arguments: [
            ("250ms", .milliseconds(250)), ("30s", .seconds(30)), ("5m", .seconds(300)), ("12h", .seconds(43_200)),
            ("7d", .seconds(604_800)), ("1h30m", .seconds(5_400)), ("0s", .zero),
            ("1d1ms", .seconds(86_400) + .milliseconds(1)),
            ("90m", .seconds(5_400)),
        ] as [(String, Duration)])
    func reads(text: String, duration: Duration) {
        #expect(Duration(text: text) == duration)
    }

    @Test(
        "refuses anything else",
        arguments: [
            "", "5", "s", "5 s", "-5s", "+5s", "1.5s", "5S", "5sec", "5us", "1h 30m", "1h30", "5s ", "٣s", "5µs",
            "9223372036854775807s", "99999999999999999999s", "∞s",
        ])
    func refuses(text: String) {
        #expect(Duration(text: text) == nil)
    }

    @Test(
        "writes the shortest exact text, which reads back",
        arguments: [
            (.zero, "0s"), (.milliseconds(250), "250ms"), (.seconds(90), "1m30s"), (.seconds(5_400), "1h30m"),
            (.seconds(86_400), "1d"), (.milliseconds(90_061_001), "1d1h1m1s1ms"), (.microseconds(1), "1ms"),
            (.seconds(-5), "0s"),
        ] as [(Duration, String)])
    func writes(duration: Duration, text: String) {
        #expect(duration.text == text)
        if duration >= .milliseconds(1) { #expect(Duration(text: text) == duration) }
    }

    @Test(
        "the longest durations have a text too",
        arguments: ["9223372036854775ms", "106751991d", "106751991d106751991d"])
    func longest(text: String) throws {
        let duration = try #require(Duration(text: text))
        #expect(Duration(text: duration.text) != nil)
        #expect(!Duration.seconds(Int64.max).text.isEmpty)
        #expect(Duration.seconds(Int64.min).text == "0s")
    }

    @Test(
        "shows people two units at most",
        arguments: [
            (.seconds(-1), "0s"), (.microseconds(1), "0ms"), (.milliseconds(999), "999ms"),
            (.milliseconds(1_449), "1.4s"),
            (.milliseconds(9_999), "9.9s"), (.seconds(10), "10s"), (.seconds(192), "3m 12s"),
            (.seconds(3_600), "1h 0m"),
            (.seconds(90_000), "1d 1h"),
        ] as [(Duration, String)])
    func forPeople(duration: Duration, text: String) {
        #expect(duration.forPeople == text)
    }
}
