import NIOCore

/// Takes replies of RESP2 and RESP3 from bytes that come in any pieces; pure.
///
/// Every element is read once, however many pieces it comes in: collections that are not complete are kept on a stack, so
/// that depth costs no recursion either. After a fault it must not be used again.
struct RESPDecoder {
    private enum Kind {
        case array, map, set, push
        /// Dropped when complete; what comes next takes its place.
        case attribute
    }

    private struct Frame {
        var kind: Kind
        var missing: Int
        var elements: [RedisValue]
    }

    /// What one element's bytes were.
    private enum Element {
        case incomplete
        case value(RedisValue)
        case opened
        case fault(RESPFault)
    }

    private let limits: RESPLimits
    private var stack: [Frame] = []
    /// Of the reply that is being read.
    private var (count, size) = (0, 0)
    /// Of the element that is being read: no end of line is before this many bytes, and it has at least that many.
    private var (searched, needed) = (0, 1)

    init(limits: RESPLimits = RESPLimits()) {
        self.limits = limits
    }

    /// Whether a reply has begun and is not complete, apart from bytes in the buffer.
    var isWithin: Bool { !stack.isEmpty }

    /// The next reply, taken from the front of `buffer`; nil when more bytes are needed.
    mutating func next(from buffer: inout ByteBuffer) throws(RESPFault) -> RedisValue? {
        while true {
            guard buffer.readableBytes >= needed else { return nil }
            let before = buffer.readerIndex
            let element = element(of: &buffer)
            let taken = buffer.readerIndex - before
            if taken > 0 {
                size += taken
                (searched, needed) = (0, 1)
            }
            switch element {
            case .incomplete: return nil
            case .fault(let fault): throw fault
            case .opened: continue
            case .value(let value):
                guard let whole = place(value) else { continue }
                (count, size) = (0, 0)
                return whole
            }
        }
    }

    /// Puts a value where it belongs; returns the outermost one when that is complete.
    private mutating func place(_ value: RedisValue) -> RedisValue? {
        var value = value
        while let top = stack.indices.last {
            stack[top].elements.append(value)
            stack[top].missing -= 1
            guard stack[top].missing == 0 else { return nil }
            let frame = stack.removeLast()
            switch frame.kind {
            case .array: value = .array(frame.elements)
            case .map: value = .map(frame.elements)
            case .set: value = .set(frame.elements)
            case .push: value = .push(frame.elements)
            case .attribute: return nil
            }
        }
        return value
    }

    private mutating func element(of buffer: inout ByteBuffer) -> Element {
        let room = limits.bytes - size
        let start = searched
        let available = buffer.readableBytes
        let (type, end): (UInt8, Int?) = buffer.withUnsafeReadableBytes { bytes in
            var at = max(1, start)
            let last = min(bytes.count - 1, RESPLimits.line)
            while at < last {
                if bytes[at] == 0x0D { return (bytes[0], at) }
                at += 1
            }
            return (bytes[0], nil)
        }
        guard Self.isType(type) else { return .fault(RESPFault(unknown: buffer.readableBytesView)) }
        guard let end else {
            guard available <= min(RESPLimits.line, room) else {
                return .fault(RESPFault("a line of a reply is too long"))
            }
            searched = max(1, available - 1)
            needed = available + 1
            return .incomplete
        }
        guard end + 2 <= room else { return Self.tooBig(limits) }
        guard buffer.getInteger(at: buffer.readerIndex + end + 1, as: UInt8.self) == 0x0A else {
            return .fault(RESPFault("a line of a reply has no end"))
        }
        switch Unicode.Scalar(type) {
        case "$", "!", "=": return string(type, end, &buffer, room)
        case "*", "%", "~", ">", "|": return collection(type, end, &buffer)
        default: return line(type, end, &buffer)
        }
    }

    private static func isType(_ byte: UInt8) -> Bool {
        switch Unicode.Scalar(byte) {
        case "+", "-", ":", "$", "*", "_", "#", ",", "(", "!", "=", "%", "~", ">", "|": true
        default: false
        }
    }

    private static func tooBig(_ limits: RESPLimits) -> Element {
        .fault(RESPFault("a reply is larger than \(limits.bytes) bytes"))
    }

    /// What follows the type on its line; leaves the buffer as it is.
    private static func number(_ end: Int, _ buffer: ByteBuffer) -> Int64? {
        buffer.withUnsafeReadableBytes { RESPNumber.integer($0[1..<end]) }
    }

    // MARK: Elements of one line

    private func line(_ type: UInt8, _ end: Int, _ buffer: inout ByteBuffer) -> Element {
        let number = type == UInt8(ascii: ":") ? Self.number(end, buffer) : nil
        buffer.moveReaderIndex(forwardBy: 1)
        // It is there: the end of the line was found behind it.
        let text = buffer.readSlice(length: end - 1) ?? ByteBuffer()
        buffer.moveReaderIndex(forwardBy: 2)
        switch Unicode.Scalar(type) {
        case ":": if let number { return .value(.integer(number)) }
        case "+": return .value(.simple(text))
        case "-": return .value(.error(RedisRefusal(line: String(buffer: text))))
        case "_": if end == 1 { return .value(.null) }
        case "#":
            switch text.readableBytesView.first {
            case UInt8(ascii: "t") where end == 2: return .value(.boolean(true))
            case UInt8(ascii: "f") where end == 2: return .value(.boolean(false))
            default: break
            }
        case ",": if let value = RESPNumber.double(text.readableBytesView) { return .value(.double(value)) }
        default: if RESPNumber.isBig(text.readableBytesView) { return .value(.bigNumber(text)) }
        }
        return .fault(RESPFault("a reply of type '\(Unicode.Scalar(type))' is malformed"))
    }

    // MARK: Elements with a length

    private mutating func string(_ type: UInt8, _ end: Int, _ buffer: inout ByteBuffer, _ room: Int) -> Element {
        guard let length = Self.number(end, buffer), length >= -1, length >= 0 || type == UInt8(ascii: "$") else {
            return .fault(RESPFault("a reply has no proper length"))
        }
        guard length >= 0 else {
            buffer.moveReaderIndex(forwardBy: end + 2)
            return .value(.null)
        }
        // Before anything is gathered: the header alone may promise gigabytes.
        guard length <= Int64(room - end - 4) else { return Self.tooBig(limits) }
        let whole = end + 4 + Int(length)
        guard buffer.readableBytes >= whole else {
            needed = whole
            return .incomplete
        }
        buffer.moveReaderIndex(forwardBy: end + 2)
        guard var text = buffer.readSlice(length: Int(length)), buffer.readInteger(as: UInt16.self) == 0x0D0A else {
            return .fault(RESPFault("a reply is longer than its length"))
        }
        switch Unicode.Scalar(type) {
        case "$": return .value(.bulk(text))
        case "!": return .value(.error(RedisRefusal(line: String(buffer: text))))
        default:
            guard let format = text.readString(length: 3), text.readInteger(as: UInt8.self) == UInt8(ascii: ":") else {
                return .fault(RESPFault("a reply of type '=' is malformed"))
            }
            return .value(.verbatim(format: format, text))
        }
    }

    private mutating func collection(_ type: UInt8, _ end: Int, _ buffer: inout ByteBuffer) -> Element {
        guard let length = Self.number(end, buffer), length >= -1, length >= 0 || type == UInt8(ascii: "*") else {
            return .fault(RESPFault("a collection in a reply has no proper length"))
        }
        buffer.moveReaderIndex(forwardBy: end + 2)
        guard length >= 0 else { return .value(.null) }
        let isPaired = type == UInt8(ascii: "%") || type == UInt8(ascii: "|")
        let (elements, overflow) = length.multipliedReportingOverflow(by: isPaired ? 2 : 1)
        guard !overflow, elements <= limits.count - count else {
            return .fault(RESPFault("a reply has more than \(limits.count) elements"))
        }
        guard stack.count < limits.depth else {
            return .fault(RESPFault("a reply is nested deeper than \(limits.depth)"))
        }
        count += Int(elements)
        let kind: Kind
        switch Unicode.Scalar(type) {
        case "%": kind = .map
        case "~": kind = .set
        case "|": kind = .attribute
        case ">":
            guard stack.isEmpty else { return .fault(RESPFault("news within a reply")) }
            kind = .push
        default: kind = .array
        }
        if elements == 0 {
            switch kind {
            case .array: return .value(.array([]))
            case .map: return .value(.map([]))
            case .set: return .value(.set([]))
            case .push: return .value(.push([]))
            case .attribute: return .opened
            }
        }
        var frame = Frame(kind: kind, missing: Int(elements), elements: [])
        // Not as much as the header promises, which costs the server nothing.
        frame.elements.reserveCapacity(min(frame.missing, 1024))
        stack.append(frame)
        return .opened
    }
}
