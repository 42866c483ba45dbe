public import MainspringCore

/// The listener.
public struct HTTPConfiguration: Sendable, Hashable {
    /// A loopback address, as this version has no authentication.
    public var bind: BindAddress
    /// Further Host headers that are answered, besides the bind's own.
    public var hosts: [String]
    public var bodyLimit: ByteSize
}

/// Where to listen: the first free port of a range.
public struct BindAddress: Sendable, Hashable {
    /// A name or an address, IPv6 without brackets.
    public var host: String
    /// 0 alone: any port.
    public var ports: ClosedRange<Int>

    /// Nil for anything but `HOST:PORT` and `HOST:FROM-TO`; an IPv6 address stands in brackets.
    public init?(text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        var host = text[..<colon]
        if host.first == "[" {
            guard host.last == "]", host.dropFirst().dropLast().contains(":") else { return nil }
            host = host.dropFirst().dropLast()
            guard host.allSatisfy({ $0.isHexDigit || ":.%".contains($0) }) else { return nil }
        } else {
            guard !host.isEmpty,
                host.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) })
            else { return nil }
        }
        let range = text[text.index(after: colon)...].split(separator: "-", omittingEmptySubsequences: false)
        let numbers = range.compactMap { $0.allSatisfy(\.isNumber) ? UInt16($0).map(Int.init) : nil }
        guard numbers.count == range.count, (1...2).contains(numbers.count), let from = numbers.first,
            let to = numbers.last,
            from <= to, from > 0 || to == 0
        else { return nil }
        self.host = String(host)
        ports = from...to
    }

    /// Only this machine can reach it: `localhost`, 127.0.0.0/8 or ::1.
    public var isLoopback: Bool {
        if host.lowercased() == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
