extension String {
    /// The same text without anything that a terminal would obey: control characters become their pictures (`␛`), marks
    /// of direction and line separators `�`. A tab stays.
    public var printable: String {
        guard unicodeScalars.contains(where: { $0.picture != nil }) else { return self }
        var result = String.UnicodeScalarView()
        for scalar in unicodeScalars { result.append(scalar.picture ?? scalar) }
        return String(result)
    }
}

extension Unicode.Scalar {
    /// Nil when the scalar is harmless as it is.
    fileprivate var picture: Unicode.Scalar? {
        switch value {
        case 0x09: nil
        case 0x00..<0x20: Unicode.Scalar(0x2400 + value)
        case 0x7F: "\u{2421}"
        case 0x80..<0xA0, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: "\u{FFFD}"
        default: nil
        }
    }
}
