internal import CMainspringSpawn
import Glibc

/// A pipe to or from a child; closes what nobody has taken over.
struct ChildPipe: ~Copyable {
    private var readEnd: Int32
    private var writeEnd: Int32

    /// Both ends close on exec. Throws the error number.
    init() throws(ErrorNumber) {
        var ends: (Int32, Int32) = (-1, -1)
        let error = withUnsafeMutableBytes(of: &ends) { mspr_pipe($0.assumingMemoryBound(to: Int32.self).baseAddress) }
        guard error == 0 else { throw ErrorNumber(value: error) }
        (readEnd, writeEnd) = ends
    }

    deinit {
        if readEnd >= 0 { close(readEnd) }
        if writeEnd >= 0 { close(writeEnd) }
    }

    var writing: Int32 { writeEnd }

    /// The end that a child reads from; the caller closes it from now on.
    mutating func takeChildReading() -> Int32 {
        defer { readEnd = -1 }
        return readEnd
    }

    /// The caller closes it from now on; reads no longer block.
    mutating func takeReading() -> Int32 {
        defer { readEnd = -1 }
        return Self.unblocked(readEnd)
    }

    /// The caller closes it from now on; writes no longer block.
    mutating func takeWriting() -> Int32 {
        defer { writeEnd = -1 }
        return Self.unblocked(writeEnd)
    }

    private static func unblocked(_ descriptor: Int32) -> Int32 {
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        return descriptor
    }

    /// How many bytes were taken, perhaps none; nil when the reader is gone.
    static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Int? {
        while true {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 { return count }
            if errno == EAGAIN { return 0 }
            if errno != EINTR { return nil }
        }
    }

    /// As much as a pipe holds; empty when nothing waits, nil at the end.
    static func read(from descriptor: Int32) -> [UInt8]? {
        withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 1) { buffer in
            var count: Int
            repeat {
                count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            } while count < 0 && errno == EINTR
            if count > 0 { return [UInt8](buffer[..<count]) }
            return count < 0 && errno == EAGAIN ? [] : nil
        }
    }
}

struct ErrorNumber: Error {
    let value: Int32
}
