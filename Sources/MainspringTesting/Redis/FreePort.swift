import Glibc
import MainspringCore

/// Ports that the kernel gives to nobody by itself: those from 32768 on are taken by outgoing connections.
package enum FreePort {
    /// One of 127.0.0.1 that was free a moment ago. Throws `no_free_port` when a hundred are taken.
    package static func find() throws -> Int {
        // Test processes that run at the same time must not try the same ones.
        for _ in 0..<100 {
            let port = Int.random(in: 20_000..<32_768)
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            guard descriptor >= 0 else { break }
            defer { close(descriptor) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(port).bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            let code = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            if code == 0 { return port }
        }
        throw MainspringError(.noFreePort, "no free port on 127.0.0.1")
    }
}
