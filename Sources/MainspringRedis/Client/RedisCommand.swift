package import NIOCore

/// A command and its arguments, encoded as they are added; all are bytes to the server.
package struct RedisCommand: Sendable {
    private(set) var count = 0
    /// The arguments in the protocol's form. How many there are goes in front when it is sent.
    private(set) var body: ByteBuffer

    /// `reserving`: bytes of the arguments to come, so that the buffer need not grow.
    package init(_ name: String, reserving bytes: Int = 96) {
        body = ByteBufferAllocator().buffer(capacity: bytes)
        append(name)
    }

    package init(_ name: String, _ arguments: String...) {
        self.init(name)
        for argument in arguments { append(argument) }
    }

    package mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    package mutating func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { append($0) }
    }

    package mutating func append(_ bytes: ByteBuffer) {
        bytes.withUnsafeReadableBytes { append($0) }
    }

    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        count += 1
        body.writeRESP("$", length: bytes.count)
        body.writeBytes(bytes)
        body.writeStaticString("\r\n")
    }

    package mutating func append(_ number: Int64) {
        count += 1
        var digits = Digits(number)
        digits.withBytes { bytes in
            body.writeRESP("$", length: bytes.count)
            body.writeBytes(bytes)
        }
        body.writeStaticString("\r\n")
    }

    package mutating func append(_ number: Int) { append(Int64(number)) }

    /// Its length when sent, give or take some digits.
    var size: Int { body.readableBytes + 8 }

    func encode(to buffer: inout ByteBuffer) {
        buffer.writeRESP("*", length: count)
        buffer.writeImmutableBuffer(body)
    }
}

extension ByteBuffer {
    fileprivate mutating func writeRESP(_ type: Unicode.Scalar, length: Int) {
        var digits = Digits(Int64(length), prefix: UInt8(ascii: type))
        _ = digits.withBytes { writeBytes($0) }
        writeStaticString("\r\n")
    }
}

/// A number in decimal, on the stack.
private struct Digits {
    private var storage: (UInt64, UInt64, UInt64) = (0, 0, 0)
    private var start = 24

    init(_ number: Int64, prefix: UInt8? = nil) {
        var rest = number.magnitude
        withUnsafeMutableBytes(of: &storage) { bytes in
            repeat {
                start -= 1
                let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
                bytes[start] = UInt8(truncatingIfNeeded: digit) + 0x30
                rest = quotient
            } while rest > 0
            if number < 0 {
                start -= 1
                bytes[start] = UInt8(ascii: "-")
            }
            if let prefix {
                start -= 1
                bytes[start] = prefix
            }
        }
    }

    mutating func withBytes<Value>(_ body: (UnsafeRawBufferPointer) -> Value) -> Value {
        let start = start
        return withUnsafeBytes(of: &storage) { body(UnsafeRawBufferPointer(rebasing: $0[start...])) }
    }
}
