import Glibc
import Synchronization

/// The standard input of a child: in the pipe as far as it fits, before the child exists, so that most need no writer.
struct PreparedInput: ~Copyable {
    /// -1 for `/dev/null`.
    let childEnd: Int32
    private var writer: Int32 = -1
    private var rest: ArraySlice<UInt8> = []

    /// Nil is `/dev/null`. Throws the error number.
    init(_ bytes: [UInt8]?) throws(ErrorNumber) {
        guard let bytes else {
            childEnd = -1
            return
        }
        var pipe = try ChildPipe()
        childEnd = pipe.takeChildReading()
        writer = pipe.takeWriting()
        rest = bytes[...]
        while !rest.isEmpty, let count = ChildPipe.write(rest, to: writer), count > 0 { rest = rest.dropFirst(count) }
        guard rest.isEmpty else { return }
        close(writer)
        writer = -1
    }

    deinit {
        if childEnd >= 0 { close(childEnd) }
        if writer >= 0 { close(writer) }
    }

    /// What did not fit. Nil when there is nothing left to write.
    mutating func takeRest() -> InputRest? {
        guard writer >= 0 else { return nil }
        defer { writer = -1 }
        return InputRest(descriptor: writer, bytes: rest)
    }
}

/// Input that is still to be written, and where; whoever takes it closes the descriptor.
final class InputRest: Sendable {
    let descriptor: Int32
    private let bytes: Mutex<ArraySlice<UInt8>>

    init(descriptor: Int32, bytes: ArraySlice<UInt8>) {
        self.descriptor = descriptor
        self.bytes = Mutex(bytes)
    }

    /// Writes what the pipe takes. True once there is nothing left to do: all is written, or the reader is gone.
    func write() -> Bool {
        bytes.withLock { bytes in
            guard let count = ChildPipe.write(bytes, to: descriptor) else { return true }
            bytes = bytes.dropFirst(count)
            return bytes.isEmpty
        }
    }
}
