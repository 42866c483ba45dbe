import Dispatch
import Glibc

/// What a host name resolves to, looked up off the concurrency pool because the C library's resolver blocks.
///
/// The client resolves the name once more when it connects; a name server that answers differently within that moment is
/// not caught. `docs/threat-model.md` says so.
enum HostAddresses {
    private static let queue = DispatchQueue(label: "mainspring.resolver", attributes: .concurrent)

    /// The first link-local address of the host; nil when there is none, or when the name cannot be resolved.
    static func linkLocal(of host: String) async -> String? {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: addresses(of: host).first(where: LinkLocalAddress.contains)) }
        }
    }

    private static func addresses(of host: String) -> [String] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var found: [String] = []
        var next = list
        while let info = next?.pointee {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            if getnameinfo(info.ai_addr, info.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 {
                found.append(String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
            }
            next = info.ai_next
        }
        return found
    }
}
