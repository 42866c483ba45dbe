import MainspringCore

/// Writes values one behind the other; numbers take as many bytes as they need.
struct SpoolWriter {
    private(set) var bytes: [UInt8] = []

    mutating func put(_ value: Int64) {
        var rest = UInt64(bitPattern: value << 1 ^ value >> 63)
        while rest > 0x7F {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func put(_ value: Int) { put(Int64(value)) }

    mutating func put(_ value: Bool) { bytes.append(value ? 1 : 0) }

    mutating func put(_ value: Timestamp) { put(value.microseconds) }

    mutating func put(_ value: Double) { put(Int64(bitPattern: value.bitPattern)) }

    mutating func put(_ value: String) {
        put(value.utf8.count)
        bytes.append(contentsOf: value.utf8)
    }

    mutating func put(_ value: [UInt8]) {
        put(value.count)
        bytes.append(contentsOf: value)
    }

    mutating func put<Value>(_ value: Value?, _ write: (inout Self, Value) -> Void) {
        put(value != nil)
        if let value { write(&self, value) }
    }

    mutating func put<Value>(_ values: some Collection<Value>, _ write: (inout Self, Value) -> Void) {
        put(values.count)
        for value in values { write(&self, value) }
    }
}

/// Reads what ``SpoolWriter`` wrote; throws for anything that it did not.
struct SpoolReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    var isAtEnd: Bool { rest.isEmpty }

    static var damaged: any Error { StoreFailure.damaged("an entry of the spool holds what no version wrote") }

    mutating func byte() throws -> UInt8 {
        guard let byte = rest.popFirst() else { throw Self.damaged }
        return byte
    }

    mutating func int64() throws -> Int64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            let byte = try byte()
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }
        }
        throw Self.damaged
    }

    mutating func int() throws -> Int { Int(try int64()) }

    mutating func bool() throws -> Bool { try byte() != 0 }

    mutating func time() throws -> Timestamp { Timestamp(microseconds: try int64()) }

    mutating func double() throws -> Double { Double(bitPattern: UInt64(bitPattern: try int64())) }

    mutating func array() throws -> [UInt8] {
        let count = try int()
        guard count >= 0, count <= rest.count else { throw Self.damaged }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    mutating func string() throws -> String {
        let count = try int()
        guard count >= 0, count <= rest.count else { throw Self.damaged }
        defer { rest = rest.dropFirst(count) }
        return String(decoding: rest.prefix(count), as: UTF8.self)
    }

    mutating func optional<Value>(_ read: (inout Self) throws -> Value) throws -> Value? {
        try bool() ? try read(&self) : nil
    }

    mutating func list<Value>(_ read: (inout Self) throws -> Value) throws -> [Value] {
        let count = try int()
        // Each value takes a byte at least.
        guard count >= 0, count <= rest.count else { throw Self.damaged }
        var values: [Value] = []
        values.reserveCapacity(count)
        for _ in 0..<count { values.append(try read(&self)) }
        return values
    }

    mutating func id() throws -> JobID {
        guard let id = JobID(rawValue: try string()) else { throw Self.damaged }
        return id
    }

    /// One of the numbers that stand in files.
    mutating func coded<Value>(_ make: (Int64) -> Value?) throws -> Value {
        guard let value = make(try int64()) else { throw Self.damaged }
        return value
    }
}
