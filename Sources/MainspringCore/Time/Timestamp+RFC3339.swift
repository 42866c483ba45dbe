extension Timestamp {
    /// RFC 3339 in UTC with milliseconds: `2026-11-01T17:00:00.250Z`.
    public var rfc3339: String {
        let (seconds, micros) = microseconds.flooredDivision(by: 1_000_000)
        let (days, secondOfDay) = seconds.flooredDivision(by: 86_400)
        let date = Self.civil(fromDays: days)
        func pad(_ value: Int64, _ width: Int) -> String {
            let digits = String(value.magnitude)
            return (value < 0 ? "-" : "") + String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(pad(date.year, 4))-\(pad(date.month, 2))-\(pad(date.day, 2))"
            + "T\(pad(secondOfDay / 3600, 2)):\(pad(secondOfDay / 60 % 60, 2)):\(pad(secondOfDay % 60, 2))"
            + ".\(pad(micros / 1000, 3))Z"
    }

    /// Parses RFC 3339 with any offset; nil when the text is not a real instant (a leap second counts as the second
    /// before it). A bare date means its midnight in UTC.
    public init?(rfc3339 text: some StringProtocol) {
        var scanner = DigitScanner(text.utf8)
        guard let year = scanner.number(4), scanner.skip("-"), let month = scanner.number(2), scanner.skip("-"),
            let day = scanner.number(2), (1...12).contains(month),
            (1...Self.daysInMonth(year: year, month: month)).contains(day)
        else { return nil }
        var seconds = Self.days(year: year, month: month, day: day) * 86_400
        var micros: Int64 = 0
        if !scanner.isAtEnd {
            guard scanner.skip("T") || scanner.skip("t") || scanner.skip(" "),
                let hour = scanner.number(2), scanner.skip(":"), let minute = scanner.number(2), scanner.skip(":"),
                let second = scanner.number(2), hour < 24, minute < 60, second <= 60
            else { return nil }
            seconds += hour * 3600 + minute * 60 + min(second, 59)
            if scanner.skip(".") {
                guard let fraction = scanner.fraction(digits: 6) else { return nil }
                micros = fraction
            }
            if !scanner.skip("Z"), !scanner.skip("z") {
                let sign: Int64
                if scanner.skip("+") { sign = -1 } else if scanner.skip("-") { sign = 1 } else { return nil }
                guard let hours = scanner.number(2), scanner.skip(":"), let minutes = scanner.number(2),
                    hours < 24, minutes < 60
                else { return nil }
                seconds += sign * (hours * 3600 + minutes * 60)
            }
            guard scanner.isAtEnd else { return nil }
        }
        self.init(microseconds: seconds * 1_000_000 + micros)
    }

    // The civil-date algorithms count days in 400-year eras that start on 1 March, so that a leap day ends its year.
    // Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
    static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = shifted.flooredDivision(by: 400)
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = (days + 719_468).flooredDivision(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }

    private static func daysInMonth(year: Int64, month: Int64) -> Int64 {
        let next = month == 12 ? (year + 1, Int64(1)) : (year, month + 1)
        return days(year: next.0, month: next.1, day: 1) - days(year: year, month: month, day: 1)
    }
}

private struct DigitScanner<Bytes: Collection> where Bytes.Element == UInt8 {
    private var rest: Bytes.SubSequence

    init(_ bytes: Bytes) { rest = bytes[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    mutating func number(_ width: Int) -> Int64? {
        var value: Int64 = 0
        for _ in 0..<width {
            guard let digit = rest.first, (48...57).contains(digit) else { return nil }
            value = value * 10 + Int64(digit - 48)
            rest.removeFirst()
        }
        return value
    }

    /// Digits after the point, scaled to `digits` places; further digits are read and dropped.
    mutating func fraction(digits: Int) -> Int64? {
        var value: Int64 = 0
        var seen = 0
        while let digit = rest.first, (48...57).contains(digit) {
            if seen < digits { value = value * 10 + Int64(digit - 48) }
            seen += 1
            rest.removeFirst()
        }
        guard seen > 0 else { return nil }
        for _ in min(seen, digits)..<digits { value *= 10 }
        return value
    }
}

extension Int64 {
    func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
