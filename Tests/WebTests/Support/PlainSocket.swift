import Dispatch
import Glibc

/// A blocking socket, for threads that must not need the concurrency pool.
final class PlainSocket: Sendable {
    private let descriptor: Int32

    /// Nil when nobody listens.
    init?(port: Int) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var timeout = timeval(tv_sec: 50, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let failed = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard failed == 0 else { return nil }
    }

    deinit { close(descriptor) }

    func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// Sends no more.
    func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Until `mark` has arrived or the other end closes; ends with `<silence>` when it says nothing for fifty seconds.
    func read(until mark: String? = nil) -> String {
        var received: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            if count < 0, errno == EAGAIN { return String(decoding: received, as: UTF8.self) + "<silence>" }
            guard count > 0 else { break }
            received += chunk[..<count]
            if let mark, String(decoding: received, as: UTF8.self).contains(mark) { break }
        }
        return String(decoding: received, as: UTF8.self)
    }

    /// The same, without blocking a thread of the pool.
    func answer(until mark: String? = nil) async -> String {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "socket").async { continuation.resume(returning: self.read(until: mark)) }
        }
    }
}
