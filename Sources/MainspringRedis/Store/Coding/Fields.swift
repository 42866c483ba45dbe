import MainspringCore

/// Packs values as the scripts read them: the length of each, in two or four bytes, before its bytes.
struct FieldWriter {
    private(set) var bytes: [UInt8] = []
    /// A short field was longer than its length can say.
    private(set) var isTooLong = false

    init(reserving count: Int = 0) { bytes.reserveCapacity(count) }

    mutating func short(_ text: String) {
        var text = text
        text.withUTF8 { short($0) }
    }

    mutating func short(_ value: [UInt8]) { value.withUnsafeBufferPointer { short($0) } }

    private mutating func short(_ value: UnsafeBufferPointer<UInt8>) {
        guard value.count <= UInt16.max else {
            isTooLong = true
            return
        }
        bytes.append(UInt8(truncatingIfNeeded: value.count))
        bytes.append(UInt8(truncatingIfNeeded: value.count >> 8))
        bytes.append(contentsOf: value)
    }

    mutating func short(_ number: Int64) { short(String(number)) }
    mutating func short(_ time: Timestamp?) { short(time.map { String($0.microseconds) } ?? "") }
    mutating func short(_ flag: Bool) { short(flag ? "1" : "0") }

    mutating func long(_ text: String) {
        var text = text
        text.withUTF8 { long($0) }
    }

    mutating func long(_ value: [UInt8]) { value.withUnsafeBufferPointer { long($0) } }

    private mutating func long(_ value: UnsafeBufferPointer<UInt8>) {
        for shift in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: value.count >> shift)) }
        bytes.append(contentsOf: value)
    }

    mutating func long(_ number: Int64) { long(String(number)) }
    mutating func long(_ time: Timestamp?) { long(time.map { String($0.microseconds) } ?? "") }

    /// What was packed. Throws `store_failed` when a name is longer than 65,535 bytes.
    func packed() throws -> [UInt8] {
        guard !isTooLong else {
            throw MainspringError(.storeFailed, "a name is longer than \(UInt16.max) bytes", hint: "Use a shorter one.")
        }
        return bytes
    }
}

/// Reads what ``FieldWriter`` and the scripts packed. Throws `store_corrupt` at what nobody can have written.
struct FieldReader {
    private let bytes: UnsafeRawBufferPointer
    private var place = 0

    /// The bytes must outlive the reader.
    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { place == bytes.count }

    mutating func short() throws -> UnsafeRawBufferPointer { try field(lengthBytes: 2) }
    mutating func long() throws -> UnsafeRawBufferPointer { try field(lengthBytes: 4) }

    private mutating func field(lengthBytes: Int) throws -> UnsafeRawBufferPointer {
        guard bytes.count - place >= lengthBytes else { throw StoreDamage.error("a value ends too early") }
        var length = 0
        for index in 0..<lengthBytes { length |= Int(bytes[place + index]) << (8 * index) }
        place += lengthBytes
        guard bytes.count - place >= length else { throw StoreDamage.error("a value ends too early") }
        defer { place += length }
        return UnsafeRawBufferPointer(rebasing: bytes[place..<place + length])
    }

    mutating func shortText() throws -> String { String(decoding: try short(), as: UTF8.self) }
    mutating func longText() throws -> String { String(decoding: try long(), as: UTF8.self) }
    mutating func shortNumber() throws -> Int64 { try Self.number(try short()) }
    mutating func longNumber() throws -> Int64 { try Self.number(try long()) }

    mutating func shortTime() throws -> Timestamp? { try Self.time(try short()) }
    mutating func longTime() throws -> Timestamp? { try Self.time(try long()) }

    private static func time(_ bytes: UnsafeRawBufferPointer) throws -> Timestamp? {
        bytes.isEmpty ? nil : Timestamp(microseconds: try number(bytes))
    }

    static func number(_ digits: UnsafeRawBufferPointer) throws -> Int64 {
        var rest = digits[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative { rest = rest.dropFirst() }
        var value: Int64 = 0
        guard !rest.isEmpty, rest.count <= 19 else { throw StoreDamage.error("a number has no digits") }
        for digit in rest {
            let (shifted, isOver) = value.multipliedReportingOverflow(by: 10)
            let (sum, isOverToo) = shifted.addingReportingOverflow(Int64(digit) - 48)
            guard (48...57).contains(digit), !isOver, !isOverToo else {
                throw StoreDamage.error("a number has no digits")
            }
            value = sum
        }
        return isNegative ? -value : value
    }
}

enum StoreDamage {
    static func error(_ what: String) -> MainspringError {
        MainspringError(
            .storeCorrupt, "the Redis namespace holds what Mainspring did not write: \(what)",
            hint: "Look for other programs that write to this namespace.")
    }
}
