/// What one reply may be; beyond it the connection is closed.
package struct RESPLimits: Sendable, Equatable {
    /// Collections within collections.
    package var depth: Int
    /// Elements, those of inner collections included; a key of a map is one, and its value another.
    package var count: Int
    /// On the wire.
    package var bytes: Int

    package init(depth: Int = 32, count: Int = 4_000_000, bytes: Int = 256 << 20) {
        self.depth = depth
        self.count = count
        self.bytes = bytes
    }

    /// A line's end is looked for no further than this: only texts of some bytes come as lines.
    static let line = 64 << 10
}

/// What came is not the protocol, or over the limits. The connection is of no further use.
struct RESPFault: Error, Equatable {
    var reason: String

    init(_ reason: String) { self.reason = reason }

    /// Names the likely server when the first bytes are not the protocol's; they are not quoted, as they may be anything.
    init(unknown bytes: some Collection<UInt8>) {
        let first = Array(bytes.prefix(5))
        if first.starts(with: "HTTP".utf8) {
            reason = "an HTTP server answers there"
        } else if first.starts(with: "SSH-".utf8) {
            reason = "an SSH server answers there"
        } else if first.count > 1, first[0] == 0x15 || first[0] == 0x16, first[1] == 0x03 {
            reason = "it answers with TLS: use rediss:// or its port without TLS"
        } else {
            reason = "byte 0x" + String(first.first ?? 0, radix: 16) + " begins no reply"
        }
    }
}
