public import MainspringCore

/// The URL of an HTTP job: scheme and authority are fixed; arguments stand in path and query, percent-encoded.
public struct URLTemplate: Sendable, Equatable {
    public let isSecure: Bool
    /// A name or an address, IPv6 without brackets.
    public let host: String
    /// 80 or 443 when the URL names none.
    public let port: Int
    private let origin: String
    private let path: TextTemplate
    private let query: TextTemplate?

    /// Throws for anything but `http://` and `https://`, a placeholder before the path, credentials, a fragment,
    /// characters that do not belong in a URL, and a link-local address.
    public init(_ text: String) throws(TextTemplate.Problem) {
        guard let separator = text.firstRange(of: "://"),
            let isSecure = ["http": false, "https": true][text[..<separator.lowerBound]]
        else { throw TextTemplate.Problem("a URL starts with http:// or https://, without a placeholder") }
        let end = text[separator.upperBound...].firstIndex { "/?#".contains($0) } ?? text.endIndex
        let authority = text[separator.upperBound..<end]
        guard !authority.contains(where: { "{}".contains($0) }) else {
            throw TextTemplate.Problem("no placeholder may stand before the path: the host must be fixed")
        }
        guard !authority.contains("@") else {
            throw TextTemplate.Problem(
                "credentials do not belong in a URL; use a header, with NAME_file for the secret")
        }
        (host, port) = try Self.hostAndPort(authority, defaultPort: isSecure ? 443 : 80)
        guard !LinkLocalAddress.contains(host) else {
            throw TextTemplate.Problem("link-local and metadata addresses are refused")
        }
        self.isSecure = isSecure
        let rest = text[end...]
        guard !rest.contains("#") else { throw TextTemplate.Problem("a fragment ('#') is never sent; leave it out") }
        guard rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !#""<>\^`|"#.utf8.contains($0) }) else {
            throw TextTemplate.Problem("a URL holds no spaces, quotes or letters beyond ASCII; percent-encode them")
        }
        origin = String(text[..<end])
        let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = try TextTemplate(parts.first.map { $0.isEmpty ? "/" : String($0) } ?? "/")
        query = parts.count > 1 ? try TextTemplate(String(parts[1])) : nil
    }

    /// Names of the arguments it uses, in order.
    public var arguments: [String] { path.arguments + (query?.arguments ?? []) }

    /// The URL for one job whose arguments passed the kind's schema.
    ///
    /// Throws `invalid_arguments` when a value would leave a path segment empty, or make it `.` or `..`, which servers
    /// take for another path.
    public func url(with values: [String: JSONValue]) throws(MainspringError) -> String {
        let path = Self.filled(path, with: values)
        let fixed = self.path.segments.allSatisfy { if case .text = $0 { true } else { false } }
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        let endsFixed = if case .text? = self.path.segments.last { true } else { false }
        for (index, segment) in segments.enumerated() where !fixed {
            let isFixedEnd = endsFixed && index == segments.count - 1
            guard segment != ".", segment != "..", !segment.isEmpty || isFixedEnd else {
                throw MainspringError(
                    .invalidArguments, "an argument in the URL's path is empty, '.' or '..'",
                    hint: "Declare a 'pattern' for it, or send it in the body only.")
            }
        }
        return origin + path + (query.map { "?" + Self.filled($0, with: values) } ?? "")
    }

    private static func filled(_ template: TextTemplate, with values: [String: JSONValue]) -> String {
        template.segments.map { segment in
            switch segment {
            case .text(let text): text
            case .argument(let name): encoded(values[name].map(TextTemplate.rendered) ?? "")
            }
        }.joined()
    }

    /// Everything but RFC 3986's unreserved characters is encoded, so that no value leaves its position.
    private static func encoded(_ text: String) -> String {
        var out = ""
        for byte in text.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                out.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                out += hex.count == 1 ? "%0\(hex)" : "%\(hex)"
            }
        }
        return out
    }

    private static func hostAndPort(
        _ authority: Substring, defaultPort: Int
    ) throws(TextTemplate.Problem) -> (host: String, port: Int) {
        let host: Substring
        let rest: Substring
        if authority.first == "[", let close = authority.firstIndex(of: "]") {
            host = authority[authority.index(after: authority.startIndex)..<close]
            rest = authority[authority.index(after: close)...]
            guard IPAddress.isIPv6(String(host)) else {
                throw TextTemplate.Problem("no IPv6 address stands between the brackets")
            }
        } else {
            let colon = authority.firstIndex(of: ":") ?? authority.endIndex
            (host, rest) = (authority[..<colon], authority[colon...])
            guard !host.isEmpty, host.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) })
            else {
                throw TextTemplate.Problem("the URL has no valid host")
            }
        }
        if rest.isEmpty { return (String(host), defaultPort) }
        guard rest.first == ":", let port = Int(rest.dropFirst()), (1...65535).contains(port) else {
            throw TextTemplate.Problem("the URL's port is not a number from 1 to 65535")
        }
        return (String(host), port)
    }
}
