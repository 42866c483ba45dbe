/// What the server says of itself: the lines `name:value` of INFO.
struct RedisInfo {
    private var values: [Substring: Substring] = [:]

    init(_ text: String) {
        for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { values[parts[0]] = parts[1] }
        }
    }

    subscript(_ name: String) -> String? { values[name[...]].map(String.init) }
}
