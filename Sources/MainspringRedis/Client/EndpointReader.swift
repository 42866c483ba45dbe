import MainspringCore

/// Reads the URL of a Redis server.
struct EndpointReader {
    private static let port = 6379
    private static let forms =
        "write redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE], rediss://… for TLS, or redis+unix:///PATH[?db=DATABASE]"

    private var rest: Substring

    init(_ url: String) {
        rest = url[...]
    }

    mutating func read() throws(MainspringError) -> RedisEndpoint {
        guard let colon = rest.firstRange(of: "://") else { throw Self.wrong("it has no scheme") }
        let scheme = rest[..<colon.lowerBound].lowercased()
        rest = rest[colon.upperBound...]
        guard !rest.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else {
            throw Self.wrong("it has a space or a control character")
        }
        let query = cutQuery()
        // The last one: a password that was not encoded may hold others.
        let authority = scheme == "redis+unix" ? rest : rest[..<(rest.firstIndex(of: "/") ?? rest.endIndex)]
        var login: Substring?
        if let at = authority.lastIndex(of: "@") {
            login = rest[..<at]
            rest = rest[rest.index(after: at)...]
        }
        var endpoint: RedisEndpoint
        switch scheme {
        case "redis": endpoint = RedisEndpoint(try host())
        case "rediss": endpoint = RedisEndpoint(try host(), tls: RedisEndpoint.TLS())
        case "redis+unix", "unix": endpoint = RedisEndpoint(try socket())
        default: throw Self.wrong("its scheme is none of redis, rediss and redis+unix")
        }
        if case .host = endpoint.address, let path = path() { endpoint.database = try Self.database(path) }
        if let login { try Self.read(login, into: &endpoint) }
        for (name, value) in query { try Self.read(name, value, into: &endpoint) }
        if let tls = endpoint.tls, (tls.certificateFile == nil) != (tls.keyFile == nil) {
            throw Self.wrong("it has only one of cert_file and key_file")
        }
        return endpoint
    }

    private mutating func cutQuery() -> [(Substring, Substring)] {
        guard let mark = rest.lastIndex(of: "?"), !rest[mark...].contains("@") else { return [] }
        let query = rest[rest.index(after: mark)...]
        rest = rest[..<mark]
        return query.split(separator: "&").map { item in
            let equals = item.firstIndex(of: "=") ?? item.endIndex
            return (item[..<equals], equals == item.endIndex ? "" : item[item.index(after: equals)...])
        }
    }

    private mutating func host() throws(MainspringError) -> RedisEndpoint.Address {
        let end = rest.firstIndex(of: "/") ?? rest.endIndex
        let authority = rest[..<end]
        rest = rest[end...]
        var name = authority
        var port: Substring?
        if authority.hasPrefix("[") {
            guard let close = authority.firstIndex(of: "]") else { throw Self.wrong("its '[' is not closed") }
            name = authority[authority.index(after: authority.startIndex)..<close]
            let after = authority[authority.index(after: close)...]
            guard after.isEmpty || after.hasPrefix(":") else { throw Self.wrong("its host is followed by something") }
            port = after.isEmpty ? nil : after.dropFirst()
        } else if let colon = authority.lastIndex(of: ":") {
            name = authority[..<colon]
            port = authority[authority.index(after: colon)...]
            guard !name.contains(":") else { throw Self.wrong("an IPv6 address belongs in brackets") }
        }
        guard !name.isEmpty else { throw Self.wrong("it has no host") }
        guard let port else { return .host(String(name), port: Self.port) }
        guard let number = Int(port), (1...65_535).contains(number) else {
            throw Self.wrong("its port is not 1 to 65535")
        }
        return .host(String(name), port: number)
    }

    private mutating func socket() throws(MainspringError) -> RedisEndpoint.Address {
        let path = try Self.decoded(rest)
        rest = ""
        guard path.hasPrefix("/") else { throw Self.wrong("the path of its socket does not begin with /") }
        guard path.utf8.count <= 107 else { throw Self.wrong("the path of its socket is longer than 107 bytes") }
        return .socket(path)
    }

    private mutating func path() -> Substring? {
        let path = rest.dropFirst()
        return path.isEmpty ? nil : path
    }

    private static func read(_ login: Substring, into endpoint: inout RedisEndpoint) throws(MainspringError) {
        guard let colon = login.firstIndex(of: ":") else {
            throw wrong("it has a user and no password; for a password alone write :PASSWORD@")
        }
        let user = try decoded(login[..<colon])
        endpoint.user = user.isEmpty ? nil : user
        endpoint.password = try decoded(login[login.index(after: colon)...])
    }

    private static func read(
        _ name: Substring, _ value: Substring, into endpoint: inout RedisEndpoint
    ) throws(MainspringError) {
        let text = try decoded(value)
        switch name {
        case "db" where endpoint.tls == nil: endpoint.database = try database(value)
        case "ca_file" where endpoint.tls != nil: endpoint.tls?.caFile = text
        case "cert_file" where endpoint.tls != nil: endpoint.tls?.certificateFile = text
        case "key_file" where endpoint.tls != nil: endpoint.tls?.keyFile = text
        case "verify" where endpoint.tls != nil:
            guard let verification = RedisEndpoint.TLS.Verification(rawValue: text) else {
                throw wrong("its 'verify' is none of full, ca and none")
            }
            endpoint.tls?.verification = verification
        // Not quoted: a password that was not encoded may have ended up here.
        default:
            throw wrong("what follows its '?' is none of db, ca_file, cert_file, key_file and verify, or not for it")
        }
    }

    private static func database(_ text: Substring) throws(MainspringError) -> Int {
        guard let number = Int(text), number >= 0, number <= Int(Int32.max) else {
            throw wrong("its database is not a number")
        }
        return number
    }

    private static func decoded(_ text: Substring) throws(MainspringError) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let digits = String(rest.prefix(2)), digits.utf8.count == 2, let value = UInt8(digits, radix: 16)
            else {
                throw wrong("it has a '%' without two hexadecimal digits; write %25 for the character itself")
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else { throw wrong("it is not UTF-8") }
        return decoded
    }

    private static func wrong(_ what: String) -> MainspringError {
        MainspringError(.configuration, "the URL of the Redis server is not usable", cause: what, hint: forms)
    }
}
