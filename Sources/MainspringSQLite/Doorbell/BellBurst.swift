/// What was waiting in a socket when its thread came to look.
struct BellBurst: Sendable {
    /// The byte of a process that has just put its socket into the folder.
    static let newcomer: UInt8 = 1 << 7

    /// A socket takes more datagrams than this before it refuses one, so whatever was refused is part of a burst that is
    /// read as everything. The kernel's limits are 11 for the reader (`net.unix.max_dgram_qlen`, by default) and 6 for a
    /// writer (the smallest send buffer).
    private static let everything = 5
    /// A queue has at most 512 by the usual settings. More are answered in between, as they may never cease.
    private static let limit = 1024

    private var count = 0
    private var bits: UInt8 = 0

    mutating func take(_ byte: UInt8) {
        count += 1
        bits |= byte
    }

    var isFull: Bool { count >= Self.limit }

    var kinds: DoorbellKind { isLong ? .all : DoorbellKind(rawValue: bits).intersection(.all) }

    var bringsNewcomers: Bool { isLong || bits & Self.newcomer != 0 }

    private var isLong: Bool { count >= Self.everything }
}
