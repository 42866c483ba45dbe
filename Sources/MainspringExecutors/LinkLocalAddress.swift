import Glibc

/// Addresses that only a machine's own neighbours or its cloud's metadata service answer: never the target of a job.
public enum LinkLocalAddress {
    /// True for 169.254.0.0/16, fe80::/10, their IPv4-mapped form and fd00:ec2::254; false for names and anything else.
    public static func contains(_ address: String) -> Bool {
        if let bytes = IPAddress.v4(address) { return bytes[0] == 169 && bytes[1] == 254 }
        guard let bytes = IPAddress.v6(address) else { return false }
        let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        if isMapped { return bytes[12] == 169 && bytes[13] == 254 }
        return bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80 || bytes == IPAddress.v6("fd00:ec2::254")
    }
}

/// Addresses as text, read by the C library.
enum IPAddress {
    static func isIPv6(_ text: String) -> Bool { v6(text) != nil }

    static func v4(_ text: String) -> [UInt8]? { bytes(of: text, family: AF_INET, count: 4) }

    /// A zone (`%eth0`) is left out.
    static func v6(_ text: String) -> [UInt8]? {
        bytes(of: String(text.prefix { $0 != "%" }), family: AF_INET6, count: 16)
    }

    private static func bytes(of text: String, family: Int32, count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return inet_pton(family, text, &bytes) == 1 ? bytes : nil
    }
}
