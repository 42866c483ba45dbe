/// `host:port` of a Host header or of an origin.
struct Authority: Sendable, Equatable {
    /// In lower case, without brackets and without a final dot.
    let host: String
    let port: Int?

    /// Nil when the text is not a host with at most a port.
    init?(_ text: some StringProtocol) {
        let host: Substring
        var rest: Substring
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            host = Substring(text[text.index(after: text.startIndex)..<end])
            rest = Substring(text[text.index(after: end)...])
            guard host.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else { return nil }
        } else {
            let end = text.firstIndex(of: ":") ?? text.endIndex
            host = Substring(text[..<end])
            rest = Substring(text[end...])
            guard host.utf8.allSatisfy(Self.isNameByte) else { return nil }
        }
        if rest.isEmpty {
            port = nil
        } else {
            rest.removeFirst()
            guard text.contains(":"), rest.count <= 5, rest.utf8.allSatisfy({ (48...57).contains($0) }),
                let number = Int(rest)
            else { return nil }
            port = number
        }
        let name = host.hasSuffix(".") ? host.dropLast() : host
        guard !name.isEmpty else { return nil }
        self.host = name.lowercased()
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
        default: false
        }
    }

    /// This machine, by name or by address.
    var isLoopback: Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
