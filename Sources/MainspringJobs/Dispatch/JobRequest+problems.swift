public import MainspringCore

extension JobRequest {
    public static let tagLimit = 16
    /// Bytes of one tag.
    public static let tagLength = 64
    /// Entries of metadata.
    public static let metadataLimit = 16
    /// Bytes of all names and values of the metadata.
    public static let metadataLength = 8 << 10

    /// Only such tags can be written in a query: 1 to 64 bytes, without white space, commas or control characters.
    public static func isTag(_ text: String) -> Bool {
        (1...tagLength).contains(text.utf8.count)
            && !text.unicodeScalars.contains {
                $0 == "," || $0.properties.isWhitespace || $0.value < 0x20 || $0.value == 0x7F
            }
    }

    /// Whether metadata stays within its bounds.
    static func fits(_ metadata: [String: String]) -> Bool {
        metadata.count <= metadataLimit
            && metadata.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count } <= metadataLength
    }

    /// What is wrong with it, whatever its kind.
    var problems: [String] {
        var problems: [String] = []
        if tags.count > Self.tagLimit { problems.append("it has more than \(Self.tagLimit) tags") }
        if !tags.allSatisfy(Self.isTag) {
            problems.append("a tag is 1 to \(Self.tagLength) bytes without white space, commas or control characters")
        }
        if !Self.fits(metadata) {
            problems.append("its metadata is more than \(Self.metadataLimit) entries, or than 8 KiB")
        }
        return problems
    }
}
