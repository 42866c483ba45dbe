/// The parts of an `http://` URL that a readiness probe needs.
public struct ProbeURL: Sendable, Hashable {
    /// Without the brackets of an IPv6 address.
    public let host: String
    /// 80 when the URL names none.
    public let port: Int
    /// With its query; `/` when the URL has none.
    public let path: String
    /// `host:port` as written.
    public let authority: String

    /// Nil for anything but `http://HOST[:PORT][/PATH]` in ASCII, without user, fragment, space or control character.
    public init?(_ text: String) {
        let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }
        guard isPlain, text.lowercased().hasPrefix("http://") else { return nil }
        let rest = text.dropFirst(7)
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let authority = rest[..<end]
        guard !authority.contains("@") else { return nil }
        var host = authority
        var port: Int? = 80
        if authority.first == "[" {
            guard let close = authority.firstIndex(of: "]") else { return nil }
            host = authority[authority.index(after: authority.startIndex)..<close]
            let tail = authority[authority.index(after: close)...]
            if !tail.isEmpty { port = tail.first == ":" ? Int(tail.dropFirst()) : nil }
        } else if let colon = authority.firstIndex(of: ":") {
            host = authority[..<colon]
            port = Int(authority[authority.index(after: colon)...])
        }
        guard !host.isEmpty, let port, (1...65535).contains(port) else { return nil }
        self.host = String(host)
        self.port = port
        self.authority = String(authority)
        path = rest[end...].first == "/" ? String(rest[end...]) : "/" + rest[end...]
    }
}
