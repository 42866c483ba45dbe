import MainspringTesting
import NIOCore

@testable import MainspringRedis

/// Random replies of every type, and their bytes.
struct RandomReply {
    var random: SeededGenerator
    /// Attributes may be anywhere in the bytes; the value does not show them.
    var hasAttributes = true

    mutating func value(depth: Int = 0) -> RedisValue {
        switch Int.random(in: 0..<(depth < 4 ? 16 : 11), using: &random) {
        case 0: .null
        case 1: .simple(line())
        case 2, 3: .bulk(blob())
        case 4: .integer(Int64.random(in: .min ... .max, using: &random))
        case 5: .integer([0, 1, -1, .min, .max].randomElement(using: &random) ?? 0)
        case 6: .double([0, -0.5, 1e300, .infinity, -.infinity].randomElement(using: &random) ?? 0)
        case 7: .boolean(Bool.random(using: &random))
        case 8: .bigNumber(ByteBuffer(string: "-3492890328409238509324850943850943825024385"))
        case 9: .verbatim(format: ["txt", "mkd"].randomElement(using: &random) ?? "txt", blob())
        case 10: .error(RedisRefusal(code: "WRONGTYPE", message: String(buffer: line())))
        case 11, 12: .array(elements(depth))
        case 13: .map(elements(depth) + elements(depth, even: true))
        case 14: .set(elements(depth))
        default: depth == 0 ? .push(elements(depth)) : .array([])
        }
    }

    private mutating func elements(_ depth: Int, even: Bool = false) -> [RedisValue] {
        // A map's are two lists: this one makes them even.
        let count = even ? 0 : Int.random(in: 0..<4, using: &random) * 2
        return (0..<count).map { _ in value(depth: depth + 1) }
    }

    private mutating func line() -> ByteBuffer {
        ByteBuffer(
            bytes: (0..<Int.random(in: 0..<20, using: &random)).map { _ in UInt8.random(in: 32..<127, using: &random) })
    }

    private mutating func blob() -> ByteBuffer {
        let longest = Int.random(in: 0..<20, using: &random) == 0 ? 5000 : 20
        return ByteBuffer(
            bytes: (0..<Int.random(in: 0..<longest, using: &random)).map { _ in
                // Line ends must mean nothing within a blob.
                [13, 10, UInt8.random(in: 0...255, using: &random)].randomElement(using: &random) ?? 0
            })
    }

    mutating func encode(_ value: RedisValue, to buffer: inout ByteBuffer) {
        if hasAttributes, Int.random(in: 0..<8, using: &random) == 0 {
            buffer.writeString("|1\r\n+ttl\r\n:3600\r\n")
            if Bool.random(using: &random) { buffer.writeString("|0\r\n") }
        }
        switch value {
        case .null: buffer.writeString(["_\r\n", "$-1\r\n", "*-1\r\n"].randomElement(using: &random) ?? "_\r\n")
        case .simple(let text): write("+", text, to: &buffer)
        case .bulk(let bytes): write("$\(bytes.readableBytes)\r\n", bytes, to: &buffer)
        case .integer(let number): buffer.writeString(":\(number)\r\n")
        case .double(let number): buffer.writeString(",\(number)\r\n")
        case .boolean(let value): buffer.writeString(value ? "#t\r\n" : "#f\r\n")
        case .bigNumber(let digits): write("(", digits, to: &buffer)
        case .verbatim(let format, let text): write("=\(text.readableBytes + 4)\r\n\(format):", text, to: &buffer)
        case .error(let refusal):
            let line = ByteBuffer(string: "\(refusal.code) \(refusal.message)")
            write(Bool.random(using: &random) ? "-" : "!\(line.readableBytes)\r\n", line, to: &buffer)
        case .array(let elements): write("*\(elements.count)", elements, to: &buffer)
        case .map(let elements): write("%\(elements.count / 2)", elements, to: &buffer)
        case .set(let elements): write("~\(elements.count)", elements, to: &buffer)
        case .push(let elements): write(">\(elements.count)", elements, to: &buffer)
        }
    }

    private func write(_ head: String, _ body: ByteBuffer, to buffer: inout ByteBuffer) {
        buffer.writeString(head)
        buffer.writeImmutableBuffer(body)
        buffer.writeString("\r\n")
    }

    private mutating func write(_ head: String, _ elements: [RedisValue], to buffer: inout ByteBuffer) {
        buffer.writeString(head + "\r\n")
        for element in elements { encode(element, to: &buffer) }
    }
}
