/// Makes foreign text harmless: a terminal must never take it for a command, nor show it in another order.
enum Printable {
    /// One line: newlines and tabs are shown too.
    static func line(_ text: String) -> String { escaped(text, keeping: []) }

    /// Newlines and tabs stay.
    static func lines(_ text: String) -> String { escaped(text, keeping: ["\n", "\t"]) }

    /// JSON text whose strings hold no dangerous character in the raw; it means the same as before.
    static func json(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isDangerous) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if isDangerous(scalar), scalar != "\n" {
                for unit in String(scalar).utf16 {
                    result.append(contentsOf: "\\u\(hex(UInt32(unit), width: 4))".unicodeScalars)
                }
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }

    private static func escaped(_ text: String, keeping kept: Set<Unicode.Scalar>) -> String {
        guard text.unicodeScalars.contains(where: isDangerous) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if isDangerous(scalar), !kept.contains(scalar) {
                result.append(contentsOf: visible(scalar).unicodeScalars)
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }

    /// Control characters, line separators, and what changes the direction of text or stands in it unseen.
    private static func isDangerous(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F: true
        case 0x061C, 0x200B, 0x200E, 0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB: true
        case 0xE0000...0xE007F: true
        default: false
        }
    }

    private static func visible(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        default: scalar.value < 0x100 ? "\\x\(hex(scalar.value, width: 2))" : "\\u{\(hex(scalar.value, width: 4))}"
        }
    }

    private static func hex(_ value: UInt32, width: Int) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
