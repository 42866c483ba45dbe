/// Bounds what aliases can expand to before anything follows them.
enum AliasBudget {
    static let maxExpansion = 1e8

    /// With `n` aliases of `k` anchors, a chain of anchors multiplies to (n/k)^k at most. False beyond a hundred
    /// million.
    static func allows(_ text: String) -> Bool {
        let anchors = names(after: "&", in: text)
        guard !anchors.isEmpty else { return true }
        let known = Set(anchors)
        let aliases = Double(names(after: "*", in: text).count { known.contains($0) })
        return (1...anchors.count).allSatisfy { levels in
            var product = 1.0
            for _ in 0..<levels {
                product *= aliases / Double(levels)
                if product > maxExpansion { return false }
                if aliases <= Double(levels) { break }
            }
            return product <= maxExpansion
        }
    }

    /// Words after the sign where YAML may read one; signs in comments and strings count too, which only lowers the
    /// budget.
    private static func names(after sign: Unicode.Scalar, in text: String) -> [Substring] {
        let separators = " \t\r\n[{,:?-".utf8
        let bytes = text.utf8
        var names: [Substring] = []
        var index = bytes.startIndex
        var previous = UInt8(ascii: "\n")
        while index < bytes.endIndex {
            let byte = bytes[index]
            let next = bytes.index(after: index)
            if byte == UInt8(ascii: sign), separators.contains(previous) {
                let name = text[next...].prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
                if !name.isEmpty { names.append(name) }
            }
            previous = byte
            index = next
        }
        return names
    }
}
