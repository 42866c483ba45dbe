public import MainspringCore

/// Where a Redis server is and how to log in.
///
/// As text: `redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]`, `rediss://…` for TLS, or
/// `redis+unix:///PATH[?db=DATABASE]`. `rediss` knows `?ca_file=PATH`, `?cert_file=PATH&key_file=PATH` and
/// `?verify=full|ca|none`. User and password are percent-encoded.
public struct RedisEndpoint: Sendable, Hashable {
    public enum Address: Sendable, Hashable {
        /// A name or an IP address, without brackets.
        case host(String, port: Int)
        /// The path of a Unix socket.
        case socket(String)
    }

    public struct TLS: Sendable, Hashable {
        public enum Verification: String, Sendable, CaseIterable {
            /// The certificate is trusted and is for this host.
            case full
            /// The certificate is trusted, whomever it is for.
            case ca
            /// Anybody may answer.
            case none
        }

        public var verification = Verification.full
        /// Certificates to trust, in PEM; nil: those of the system.
        public var caFile: String?
        /// What the client shows, in PEM; both or none.
        public var certificateFile: String?
        public var keyFile: String?

        public init() {}
    }

    public var address: Address
    /// Nil: without TLS.
    public var tls: TLS?
    /// Nil: the server's default user.
    public var user: String?
    public var password: String?
    public var database = 0

    public init(_ address: Address, tls: TLS? = nil) {
        self.address = address
        self.tls = tls
    }

    /// Throws `configuration`, and never quotes the password.
    public init(url: String) throws(MainspringError) {
        var reader = EndpointReader(url)
        self = try reader.read()
    }
}

extension RedisEndpoint: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Its text with `***` for the password.
    public var description: String {
        let login = "\(user.map(Self.encoded) ?? "")\(password == nil ? "" : ":***")"
        let at = login.isEmpty ? "" : "@"
        switch address {
        case .socket(let path):
            let query = database == 0 ? "" : "?db=\(database)"
            return "redis+unix://\(login)\(at)\(Self.encoded(path, keeping: "/"))\(query)"
        case .host(let host, let port):
            let name = host.contains(":") ? "[\(host)]" : host
            let path = database == 0 ? "" : "/\(database)"
            return "\(tls == nil ? "redis" : "rediss")://\(login)\(at)\(name):\(port)\(path)"
        }
    }

    public var debugDescription: String { description }

    /// Else a dump would show the password.
    public var customMirror: Mirror { Mirror(self, children: ["url": description]) }

    private static func encoded(_ text: String) -> String { encoded(text, keeping: "") }

    private static func encoded(_ text: String, keeping kept: String) -> String {
        text.utf8.map { byte -> String in
            let isPlain =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "-._~".utf8.contains(byte) || kept.utf8.contains(byte)
            let hex = String(byte, radix: 16, uppercase: true)
            return isPlain ? String(Unicode.Scalar(byte)) : "%" + (hex.utf8.count < 2 ? "0" : "") + hex
        }.joined()
    }
}
