import Glibc

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

    /// What did not fit, and where to write it; the caller closes that. Nil when there is nothing left to write.
    mutating func takeRest() -> (bytes: ArraySlice<UInt8>, descriptor: Int32)? {
        guard writer >= 0 else { return nil }
        defer { writer = -1 }
        return (rest, writer)
    }
}
