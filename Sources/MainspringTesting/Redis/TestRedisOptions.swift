/// How a ``TestRedis`` is set up; the defaults are a server on a Unix socket that keeps nothing.
package struct TestRedisOptions: Sendable {
    package enum AppendOnly: String, Sendable {
        case off = "no"
        case everySecond = "everysec"
        case always
    }

    /// Writes survive the death of the server; with `everySecond`, not that of the machine.
    package var appendOnly = AppendOnly.off
    /// Of the default user.
    package var password: String?
    /// Lines of the ACL file, such as `user jobs on >secret ~* &* +@all`. They replace the default user too, so that not both
    /// they and `password` are of use.
    package var users: [String] = []
    /// Listens on a free port of 127.0.0.1 too: ``TestRedis/port``.
    package var hasPort = false
    /// That port speaks TLS, with a certificate for `localhost` and 127.0.0.1 of the authority ``TestRedis/authorityFile``.
    package var hasTLS = false
    /// As Redis writes it: `5mb`.
    package var maxMemory: String?
    package var evictionPolicy = "noeviction"
    /// The port of the server to follow; writes are refused then.
    package var replicaOf: Int?
    package var forbidsConfig = false
    /// More lines of `redis.conf`.
    package var lines: [String] = []

    package init() {}

    /// The whole `redis.conf`.
    func configuration(in folder: String, port: Int?) -> String {
        var lines = [
            "unixsocket \(folder)/redis.sock", "dir \(folder)/data", "bind 127.0.0.1", "save \"\"",
            "appendonly \(appendOnly == .off ? "no" : "yes")", "auto-aof-rewrite-percentage 0",
            "maxmemory-policy \(evictionPolicy)",
        ]
        if appendOnly != .off { lines.append("appendfsync \(appendOnly.rawValue)") }
        if let port, hasTLS {
            lines += [
                "port 0", "tls-port \(port)", "tls-auth-clients no", "tls-cert-file \(folder)/server.crt",
                "tls-key-file \(folder)/server.key", "tls-ca-cert-file \(folder)/authority.crt",
            ]
        } else {
            lines.append("port \(port ?? 0)")
        }
        if let password { lines.append("requirepass \(password)") }
        if !users.isEmpty { lines.append("aclfile \(folder)/users.acl") }
        if let maxMemory { lines.append("maxmemory \(maxMemory)") }
        if let replicaOf { lines.append("replicaof 127.0.0.1 \(replicaOf)") }
        if forbidsConfig { lines.append("rename-command CONFIG \"\"") }
        return (lines + self.lines).joined(separator: "\n") + "\n"
    }
}
