import MainspringCore
import Testing

@Suite("Timestamps")
struct TimestampTests {
    static let instants: [(String, Int64, String)] = [
        ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00.000Z"),
        ("1970-01-01", 0, "1970-01-01T00:00:00.000Z"),
        ("1969-12-31T23:59:59.999999Z", -1, "1969-12-31T23:59:59.999Z"),
        ("2026-11-01T17:00:00.250Z", 1_793_552_400_250_000, "2026-11-01T17:00:00.250Z"),
        ("2026-11-02T00:00:00.25+07:00", 1_793_552_400_250_000, "2026-11-01T17:00:00.250Z"),
        ("2026-11-01t12:00:00.2500009-05:00", 1_793_552_400_250_000, "2026-11-01T17:00:00.250Z"),
        ("2026-11-01 17:00:00.250z", 1_793_552_400_250_000, "2026-11-01T17:00:00.250Z"),
        ("2026-11-01T17:00:00-00:00", 1_793_552_400_000_000, "2026-11-01T17:00:00.000Z"),
        ("2000-02-29T00:00:00Z", 951_782_400_000_000, "2000-02-29T00:00:00.000Z"),
        ("2024-02-29T12:00:00Z", 1_709_208_000_000_000, "2024-02-29T12:00:00.000Z"),
        ("2016-12-31T23:59:60Z", 1_483_228_799_000_000, "2016-12-31T23:59:59.000Z"),
        ("0001-01-01T00:00:00Z", -62_135_596_800_000_000, "0001-01-01T00:00:00.000Z"),
        ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999, "9999-12-31T23:59:59.999Z"),
    ]

    @Test("reads RFC 3339 with any offset, and writes it in UTC with milliseconds", arguments: instants)
    func instant(text: String, microseconds: Int64, written: String) {
        #expect(Timestamp(rfc3339: text)?.microseconds == microseconds)
        #expect(Timestamp(microseconds: microseconds).rfc3339 == written)
    }

    @Test(
        "refuses what is not a real instant",
        arguments: [
            "", "2026", "2026-11", "2026-13-01", "2026-00-01", "2026-11-31", "2026-02-29", "1900-02-29", "2100-02-29",
            "2026-11-00",
            "2026-11-01T", "2026-11-01T24:00:00Z", "2026-11-01T23:60:00Z", "2026-11-01T23:59:61Z",
            "2026-11-01T23:59:59",
            "2026-11-01T23:59:59.Z", "2026-11-01T23:59:59+0700", "2026-11-01T23:59:59+24:00",
            "2026-11-01T23:59:59+07:60",
            "2026-11-01T23:59:59Z ", "2026-11-01X23:59:59Z", "26-11-01", "2026-1-1", "+2026-11-01", "２０２６-11-01", "now",
            "2026-11-01T23:59Z", "2026-11-01T23:59:59ZZ",
        ])
    func refuses(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test("every day of 500 years has its own text, which reads back, one day after the last")
    func everyDay() {
        var day: Int64 = -93_000  // in 1715: days before the epoch, and centuries with and without a leap day
        var last = ""
        while day < 93_000 {
            let time = Timestamp(microseconds: day * 86_400_000_000)
            let text = time.rfc3339
            guard Timestamp(rfc3339: text) == time, text > last else {
                Issue.record("\(day): \(text) after \(last)")
                return
            }
            last = text
            day += 1
        }
    }

    @Test("arithmetic stays at the limits instead of trapping")
    func limits() {
        let first = Timestamp(microseconds: .min)
        let last = Timestamp(microseconds: .max)
        #expect(last + .seconds(1) == last)
        #expect((first - .seconds(1)).microseconds == -Int64.max)
        #expect(last - first == .microseconds(Int64.max))
        #expect(first - last == .microseconds(-Int64.max))
        #expect(Timestamp(microseconds: 0) - .microseconds(Int64.min) == last)
        #expect(Duration.seconds(Int64.max).wholeMicroseconds == .max)
        #expect(Duration.seconds(Int64.min).wholeMicroseconds == -.max)
        #expect(Duration.nanoseconds(-1_500).wholeMicroseconds == -1)
        let far = MonotonicInstant(nanoseconds: 0) + .seconds(Int64.max)
        #expect(far > MonotonicInstant(nanoseconds: 0))
    }
}
