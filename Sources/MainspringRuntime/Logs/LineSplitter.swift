import MainspringCore

/// Cuts a stream of bytes into lines that are safe to show; pure.
struct LineSplitter: Sendable {
    /// A longer line is cut here and marked; what follows up to its end is dropped.
    static let limit = 8 * 1024

    private var partial: [UInt8] = []
    private var isCut = false

    /// The lines that `bytes` completes, without their ends.
    mutating func append(_ bytes: [UInt8]) -> [String] {
        var lines: [String] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            take(rest[..<end])
            lines.append(line())
            rest = rest[(end + 1)...]
        }
        take(rest)
        return lines
    }

    /// What was written without a line end, if anything.
    mutating func finish() -> String? { partial.isEmpty ? nil : line() }

    private mutating func take(_ bytes: ArraySlice<UInt8>) {
        let room = Self.limit - partial.count
        isCut = isCut || bytes.count > room
        partial += bytes.prefix(room)
    }

    private mutating func line() -> String {
        if partial.last == UInt8(ascii: "\r"), !isCut { partial.removeLast() }
        defer {
            partial.removeAll(keepingCapacity: partial.capacity <= Self.limit)
            isCut = false
        }
        return String(decoding: partial, as: UTF8.self).printable + (isCut ? " … (line cut)" : "")
    }
}
