import MainspringCore

/// The origin of a node: `http://127.0.0.1:8501`.
struct NodeAddress: Sendable, Equatable {
    let origin: String

    /// Nil unless the text is `http://` or `https://` with a host and at most a port; a slash at the end is dropped.
    init?(_ text: String) {
        var origin = text[...]
        while origin.hasSuffix("/") { origin.removeLast() }
        guard let scheme = ["http://", "https://"].first(where: origin.hasPrefix) else { return nil }
        let authority = origin.dropFirst(scheme.count)
        let isPlain = authority.utf8.allSatisfy { byte in
            switch byte {
            case 48...57, 65...90, 97...122: true
            default: ".-_:[]%".utf8.contains(byte)
            }
        }
        guard !authority.isEmpty, isPlain, authority.first != ":" else { return nil }
        self.origin = String(origin)
    }

    /// The origin and a path of these segments, each percent-encoded.
    func url(_ segments: [String], query: [(String, String)] = []) -> String {
        let path = segments.map { "/" + Self.encoded($0) }.joined()
        let parameters = query.map { "\($0.0)=\(Self.encoded($0.1))" }.joined(separator: "&")
        return origin + path + (parameters.isEmpty ? "" : "?" + parameters)
    }

    private static func encoded(_ text: String) -> String {
        let hex = Array("0123456789ABCDEF")
        return text.utf8.reduce(into: "") { result, byte in
            switch byte {
            case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                result += "%\(hex[Int(byte >> 4)])\(hex[Int(byte & 15)])"
            }
        }
    }
}
