package import NIOCore

/// One reply of the server, in either version of its protocol.
///
/// Bytes are slices of what the socket delivered: nothing is copied, and a slice that is kept keeps the whole of it. Keep
/// ``bytes`` or ``text`` instead. Attributes of RESP3, which comment on a reply, are read and dropped.
package enum RedisValue: Sendable, Equatable {
    case null
    case simple(ByteBuffer)
    case bulk(ByteBuffer)
    case integer(Int64)
    case double(Double)
    case boolean(Bool)
    /// Decimal digits, with a sign perhaps.
    case bigNumber(ByteBuffer)
    /// The three letters of its format, and the text.
    indirect case verbatim(format: String, ByteBuffer)
    case array([RedisValue])
    /// Key, value, key, value: as RESP2 sends it, where it is an ``array(_:)``.
    case map([RedisValue])
    case set([RedisValue])
    /// News that nobody asked for. Only ever outermost.
    case push([RedisValue])
    indirect case error(RedisRefusal)
}

extension RedisValue {
    /// The bytes of anything that is text: nil for numbers, collections, errors and null.
    package var buffer: ByteBuffer? {
        switch self {
        case .simple(let buffer), .bulk(let buffer), .bigNumber(let buffer), .verbatim(_, let buffer): buffer
        default: nil
        }
    }

    /// A copy.
    package var bytes: [UInt8]? {
        guard let buffer else { return nil }
        return Array(buffer.readableBytesView)
    }

    /// Bytes that are not UTF-8 become replacement characters.
    package var text: String? {
        guard let buffer else { return nil }
        return String(buffer: buffer)
    }

    /// An integer, or text that is one.
    package var int: Int64? {
        switch self {
        case .integer(let value): value
        case .boolean(let value): value ? 1 : 0
        default: buffer.flatMap { $0.withUnsafeReadableBytes { RESPNumber.integer($0) } }
        }
    }

    /// A number, or text that is one.
    package var number: Double? {
        switch self {
        case .double(let value): value
        case .integer(let value): Double(value)
        default: buffer.flatMap { $0.withUnsafeReadableBytes { RESPNumber.double($0) } }
        }
    }

    /// True for `#t` of RESP3 and 1 of RESP2.
    package var bool: Bool? {
        switch self {
        case .boolean(let value): value
        case .integer(let value): value == 1
        default: nil
        }
    }

    /// The elements of any collection; those of a map are key, value, key, value.
    package var array: [RedisValue]? {
        switch self {
        case .array(let elements), .map(let elements), .set(let elements), .push(let elements): elements
        default: nil
        }
    }

    package var isNull: Bool { self == .null }

    package var refusal: RedisRefusal? {
        guard case .error(let refusal) = self else { return nil }
        return refusal
    }
}
