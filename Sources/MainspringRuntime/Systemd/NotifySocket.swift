import Glibc

/// A datagram socket and the address it sends to: a path, or a name in the abstract space, written with `@`.
final class NotifySocket: Sendable {
    private let descriptor: Int32
    /// A `sockaddr_un`, as long as it is.
    private let address: [UInt8]

    /// Nil when the address is of another kind, or the process has no descriptor left.
    init?(_ text: String) {
        let name = Array(text.utf8)
        guard let first = name.first, first == UInt8(ascii: "/") || first == UInt8(ascii: "@"), name.count > 1,
            name.count < 108, !name.contains(0)
        else { return nil }
        let family = withUnsafeBytes(of: sa_family_t(AF_UNIX)) { Array($0) }
        // A path ends with a zero byte; an abstract name begins with one, and ends where the address ends.
        address = family + (first == UInt8(ascii: "/") ? name + [0] : [0] + name.dropFirst())
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Waits for a receiver whose queue is full. False when there is none.
    func send(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        let count = address.withUnsafeBytes { address in
            // Never nil: an address has at least four bytes.
            let pointer = address.baseAddress!.assumingMemoryBound(to: sockaddr.self)
            return sendto(
                descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), pointer, socklen_t(address.count))
        }
        return count == bytes.count
    }
}
