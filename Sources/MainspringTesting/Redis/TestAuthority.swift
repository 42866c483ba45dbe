import MainspringCore

/// A certificate authority for one test, made by openssl.
package enum TestAuthority {
    /// Leaves `authority.crt`, `server.crt` and `server.key` in the folder; the server's certificate is for `localhost` and
    /// 127.0.0.1, for a day.
    package static func make(in folder: String) async throws {
        let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"]
        try await openssl(
            ["req", "-x509"] + curve + [
                "-subj", "/CN=Mainspring test authority", "-keyout", "authority.key", "-out", "authority.crt",
            ], in: folder)
        try await openssl(
            ["req", "-x509"] + curve + [
                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                "-addext", "basicConstraints=critical,CA:FALSE", "-CA", "authority.crt", "-CAkey", "authority.key",
                "-keyout", "server.key", "-out", "server.crt",
            ], in: folder)
    }

    private static func openssl(_ arguments: [String], in folder: String) async throws {
        let errors = try TestPipe()
        let process = try SpawnedProcess("/usr/bin/openssl", arguments, in: folder, errors: errors.writing)
        async let complaint = errors.text()
        let status = await process.end()
        let text = await complaint
        guard status == 0 else {
            throw MainspringError(.spawnFailed, "openssl \(arguments[0]) ended with \(status)", cause: text)
        }
    }
}
