import Glibc

/// A Unix datagram socket, of which every message is one byte.
final class BellSocket: Sendable {
    private let descriptor: Int32

    /// Nil, with the reason in `errno`, when the system has no descriptor or memory left.
    init?() {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        if descriptor < 0 { return nil }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// 0, or an errno; as of the two below.
    func bind(to address: sockaddr_un) -> Int32 {
        Self.withPointer(to: address) { Glibc.bind(descriptor, $0, $1) == 0 ? 0 : errno }
    }

    func connect(to address: sockaddr_un) -> Int32 {
        Self.withPointer(to: address) { Glibc.connect(descriptor, $0, $1) == 0 ? 0 : errno }
    }

    /// Never waits.
    func send(_ byte: UInt8) -> Int32 {
        var byte = byte
        return Glibc.send(descriptor, &byte, 1, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)) == 1 ? 0 : errno
    }

    /// The next byte; 0 for an empty datagram, and at once after ``shutDown()``. Nil when nothing is there and it should not
    /// wait, or when the socket fails.
    func receive(waiting: Bool) -> UInt8? {
        var byte: UInt8 = 0
        while recv(descriptor, &byte, 1, waiting ? 0 : Int32(MSG_DONTWAIT)) < 0 {
            guard errno == EINTR else { return nil }
        }
        return byte
    }

    /// Wakes the thread that waits for a byte; later ones are refused.
    func shutDown() { shutdown(descriptor, Int32(SHUT_RD)) }

    private static func withPointer(
        to address: sockaddr_un, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    )
        -> Int32
    {
        withUnsafeBytes(of: address) { bytes in
            // Never nil: an address has its size.
            body(bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
        }
    }
}
