/// A number of bytes as configuration writes it: `64KiB`, `8MiB`, `512B`.
public struct ByteSize: Sendable, Hashable, Comparable {
    public var bytes: Int

    public init(bytes: Int) {
        self.bytes = bytes
    }

    /// Nil for anything but digits and one of `B`, `KiB`, `MiB`, `GiB`.
    public init?(text: some StringProtocol) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(digits.count)
        guard let count = Int(digits), let scale = Self.units.first(where: { $0.0 == unit })?.1 else { return nil }
        let (product, overflow) = count.multipliedReportingOverflow(by: scale)
        guard !overflow else { return nil }
        bytes = product
    }

    public var text: String {
        let unit = Self.units.last { bytes >= $0.1 && bytes % $0.1 == 0 } ?? Self.units[0]
        return "\(bytes / unit.1)\(unit.0)"
    }

    public static func < (left: ByteSize, right: ByteSize) -> Bool { left.bytes < right.bytes }

    private static let units = [("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)]
}
