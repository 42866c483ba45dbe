import Yams

/// Composes a document although keys stand twice in a mapping, so that the rest is checked too.
///
/// Yams stops at the first such mapping. The first of the two keys is then marked with a letter that no key holds, and
/// the document is composed again; ``name(of:)`` takes the mark off.
enum DuplicateKeys {
    private static let mark: Unicode.Scalar = "\u{E000}"
    private static let maxRounds = 50

    static func compose(_ text: String) throws -> Yams.Node? {
        var text = text
        var round = 0
        while true {
            do {
                return try Yams.compose(yaml: text, .basic)
            } catch YamlError.duplicatedKeysInMapping(let names, let context) {
                round += 1
                guard round <= maxRounds, let marked = marking(text, at: context.mark, count: round) else {
                    throw YamlError.duplicatedKeysInMapping(duplicates: names, context: context)
                }
                text = marked
            }
        }
    }

    static func name(of key: String) -> String {
        String(String.UnicodeScalarView(key.unicodeScalars.drop { $0 == mark }))
    }

    /// Each round adds one letter more, so that a key that stands three times ends up with three names.
    private static func marking(_ text: String, at place: Mark, count: Int) -> String? {
        var scalars = text.unicodeScalars[...]
        for _ in 1..<max(1, place.line) {
            guard let end = scalars.firstIndex(of: "\n") else { return nil }
            scalars = scalars[scalars.index(after: end)...]
        }
        guard place.column > 0,
            var index = scalars.index(scalars.startIndex, offsetBy: place.column - 1, limitedBy: scalars.endIndex),
            index < scalars.endIndex
        else { return nil }
        if scalars[index] == "\"" || scalars[index] == "'" { index = scalars.index(after: index) }
        var marked = text
        marked.unicodeScalars.insert(contentsOf: repeatElement(mark, count: count), at: index)
        return marked
    }
}
