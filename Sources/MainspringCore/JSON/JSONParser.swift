/// Strict JSON (RFC 8259) with bounds: what is too deep, cut off, repeated or not UTF-8 is refused with its byte position.
///
/// Our own because the toolchain's decoder turns integers beyond 64 bits into doubles and has no say over depth.
public struct JSONParser {
    /// `offset` counts bytes from the start of the document; the message never quotes the document.
    public struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
        public let message: String
        public let offset: Int
        public var description: String { "\(message) at byte \(offset)" }
    }

    /// Arrays and objects within one another; deeper is refused, so that the parser's own stack stays bounded.
    public static let depthLimit = 64

    private let bytes: [UInt8]
    private var position = 0

    public static func parse(_ text: String) throws(Failure) -> JSONValue {
        try parse(Array(text.utf8))
    }

    public static func parse(_ bytes: [UInt8]) throws(Failure) -> JSONValue {
        var parser = JSONParser(bytes: bytes)
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.position == bytes.count else { throw parser.failure("something follows the document") }
        return value
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func value(depth: Int) throws(Failure) -> JSONValue {
        skipSpace()
        guard let byte = peek else { throw failure("the document ends too early") }
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            guard depth < Self.depthLimit else { throw failure("more than \(Self.depthLimit) levels deep") }
            return byte == UInt8(ascii: "{") ? try object(depth: depth + 1) : try array(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"):
            try word("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try word("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try word("null")
            return .null
        case UInt8(ascii: "-"), 48...57: return try number()
        default: throw failure("no value starts like this")
        }
    }

    private mutating func object(depth: Int) throws(Failure) -> JSONValue {
        position += 1
        var members: [String: JSONValue] = [:]
        skipSpace()
        if take("}") { return .object(members) }
        while true {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw failure("a member needs a name in quotes") }
            let start = position
            let name = try string()
            skipSpace()
            guard take(":") else { throw failure("a name needs a colon after it") }
            let member = try value(depth: depth)
            guard members.updateValue(member, forKey: name) == nil else {
                throw Failure(message: "a name is there twice", offset: start)
            }
            skipSpace()
            if take("}") { return .object(members) }
            guard take(",") else { throw failure("an object needs a comma or its end") }
        }
    }

    private mutating func array(depth: Int) throws(Failure) -> JSONValue {
        position += 1
        var items: [JSONValue] = []
        skipSpace()
        if take("]") { return .array(items) }
        while true {
            items.append(try value(depth: depth))
            skipSpace()
            if take("]") { return .array(items) }
            guard take(",") else { throw failure("an array needs a comma or its end") }
        }
    }

    private mutating func string() throws(Failure) -> String {
        let start = position
        position += 1
        var text: [UInt8] = []
        while let byte = peek {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw Failure(message: "a string is not UTF-8", offset: start)
                }
                return string
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20: throw Failure(message: "a control character stands in a string", offset: position - 1)
            default: text.append(byte)
            }
        }
        throw Failure(message: "a string has no end", offset: start)
    }

    private mutating func escape(into text: inout [UInt8]) throws(Failure) {
        guard let byte = peek else { throw failure("the document ends too early") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "u"):
            var code = try hexCode()
            if (0xD800..<0xDC00).contains(code) {
                guard take("\\"), take("u") else { throw failure("half of a surrogate pair") }
                let low = try hexCode()
                guard (0xDC00..<0xE000).contains(low) else { throw failure("half of a surrogate pair") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw failure("half of a surrogate pair") }
            text.append(contentsOf: UTF8.encode(scalar)!)  // every scalar has a UTF-8 form
        default: throw Failure(message: "no such escape", offset: position - 1)
        }
    }

    private mutating func hexCode() throws(Failure) -> UInt32 {
        guard position + 4 <= bytes.count else { throw failure("the document ends too early") }
        var code: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw failure("four hex digits belong here")
            }
            code = code << 4 | UInt32(digit)
        }
        position += 4
        return code
    }

    private mutating func number() throws(Failure) -> JSONValue {
        let start = position
        _ = take("-")
        guard let first = peek, (48...57).contains(first) else { throw failure("a digit belongs here") }
        if first == 48 { position += 1 } else { skipDigits() }
        var isInteger = true
        if take(".") {
            isInteger = false
            try requireDigits()
        }
        if take("e") || take("E") {
            isInteger = false
            if !take("+") { _ = take("-") }
            try requireDigits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isInteger, let integer = Int64(text), text != "-0" { return .integer(integer) }
        return .number(text)
    }

    private mutating func requireDigits() throws(Failure) {
        let start = position
        skipDigits()
        guard position > start else { throw failure("a digit belongs here") }
    }

    private mutating func skipDigits() {
        while let byte = peek, (48...57).contains(byte) { position += 1 }
    }

    private mutating func word(_ word: StaticString) throws(Failure) {
        let matches = word.withUTF8Buffer { expected in
            position + expected.count <= bytes.count
                && bytes[position..<position + expected.count].elementsEqual(expected)
        }
        guard matches else { throw failure("no value starts like this") }
        position += word.utf8CodeUnitCount
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private func failure(_ message: String) -> Failure {
        Failure(message: message, offset: position)
    }
}
