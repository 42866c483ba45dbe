/// The name of a job: a UUIDv7 made here, or the caller's own of `[A-Za-z0-9._-]{1,128}`.
public struct JobID: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    public let rawValue: String

    /// Nil unless the text is 1–128 letters, digits, dots, underscores or hyphens of ASCII.
    public init?(rawValue: String) {
        let valid = rawValue.utf8.allSatisfy { byte in
            switch byte {
            case 48...57, 65...90, 97...122, UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
            default: false
            }
        }
        guard valid, (1...128).contains(rawValue.utf8.count) else { return nil }
        self.rawValue = rawValue
    }

    public var description: String { rawValue }
}

/// Where ids and tokens come from; injected so that tests can foretell them.
public protocol IDSource: Sendable {
    func jobID(at time: Timestamp) -> JobID
    /// 128 random bits, in 32 hex digits: attempt tokens and node incarnations are made of these.
    func nonce() -> String
    /// 64 random bits, for delays.
    func word() -> UInt64
}

extension JobID {
    /// UUIDv7 (RFC 9562): 48 bits of milliseconds, then random bits, so that ids sort by creation.
    public static func uuidV7(at time: Timestamp, using random: inout some RandomNumberGenerator) -> JobID {
        let millis = UInt64(max(0, time.microseconds / 1000)) & 0xFFFF_FFFF_FFFF
        let high = millis << 16 | 0x7000 | random.next() & 0x0FFF
        let low = 0x8000_0000_0000_0000 | random.next() & 0x3FFF_FFFF_FFFF_FFFF
        var text: [UInt8] = []
        for (index, digit) in (hexDigits(high) + hexDigits(low)).utf8.enumerated() {
            if index == 8 || index == 12 || index == 16 || index == 20 { text.append(UInt8(ascii: "-")) }
            text.append(digit)
        }
        return JobID(rawValue: String(decoding: text, as: UTF8.self))!  // hex digits and hyphens only
    }

    static func hexDigits(_ word: UInt64) -> String {
        let text = String(word, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }
}

/// Ids from a random generator; the real one is the system's, which is fit for tokens.
public struct RandomIDSource: IDSource {
    public init() {}

    public func jobID(at time: Timestamp) -> JobID {
        var random = SystemRandomNumberGenerator()
        return .uuidV7(at: time, using: &random)
    }

    public func nonce() -> String {
        var random = SystemRandomNumberGenerator()
        return JobID.hexDigits(random.next()) + JobID.hexDigits(random.next())
    }

    public func word() -> UInt64 {
        var random = SystemRandomNumberGenerator()
        return random.next()
    }
}

/// The random numbers of an id source.
package struct SourcedRandom: RandomNumberGenerator {
    private let ids: any IDSource

    package init(_ ids: any IDSource) {
        self.ids = ids
    }

    package func next() -> UInt64 { ids.word() }
}
