import MainspringCore

/// What a key takes.
indirect enum SchemaType: Sendable {
    case text(TextFormat)
    /// A text in which `{name}` is a declared argument.
    case template
    case duration(ClosedRange<Duration>)
    case size(ClosedRange<ByteSize>)
    case integer(ClosedRange<Int64>)
    case boolean
    /// One of these words; `later` are words of a later version.
    case choice([String], later: [String] = [])
    /// `max` items; at least one unless `isEmptyAllowed`.
    case list(SchemaType, max: Int, isEmptyAllowed: Bool = true)
    case table(SchemaTable)
    /// A mapping, or the short form: one value, which stands for `key`.
    case shorthand(key: String, SchemaTable)
    /// Names chosen by the author; `noun` is for the reference. Values of secret maps are redacted and may come from
    /// files.
    case map(keys: TextFormat, SchemaType, noun: String, isSecret: Bool = false)
    /// Any value; checked by who reads it.
    case json

    /// Written as one value, so that an environment variable can override it.
    var isScalar: Bool {
        switch self {
        case .text, .template, .duration, .size, .integer, .boolean, .choice: true
        case .list, .table, .shorthand, .map, .json: false
        }
    }

    /// For messages and the reference: `a duration such as 30s`.
    var noun: String {
        switch self {
        case .text(let format): format.noun
        case .template: "a text"
        case .duration: "a duration such as 250ms, 30s, 5m, 12h or 7d"
        case .size: "a size such as 64KiB or 8MiB"
        case .integer: "a whole number"
        case .boolean: "true or false"
        case .choice(let words, _): "one of " + words.joined(separator: ", ")
        case .list(let item, _, _): "a list; each item is \(item.noun)"
        case .table: "a mapping"
        case .shorthand(let key, let table): "a mapping, or just its '\(key)': " + (table[key]?.type.noun ?? "")
        case .map(_, _, let noun, _): "a mapping of \(noun)"
        case .json: "any value"
        }
    }

    /// What is wrong with a scalar; nil when it is taken. The problem never quotes the text, the hint is a valid value.
    func problem(with text: String) -> (message: String, hint: String?)? {
        switch self {
        case .text(let format): return format.problem(with: text).map { ($0, nil) }
        case .template: return text.utf8.contains(0) ? ("holds a NUL character", nil) : nil
        case .duration(let range):
            guard let value = Duration(text: text) else {
                return (text.hasPrefix("-") ? "must not be negative" : "must be \(noun)", nil)
            }
            return range.contains(value)
                ? nil : ("must be from \(range.lowerBound.text) to \(range.upperBound.text)", nil)
        case .size(let range):
            guard let value = ByteSize(text: text) else { return ("must be \(noun)", nil) }
            return range.contains(value)
                ? nil : ("must be from \(range.lowerBound.text) to \(range.upperBound.text)", nil)
        case .integer(let range):
            guard let value = Int64(text) else { return ("must be \(noun)", nil) }
            return range.contains(value) ? nil : ("must be from \(range.lowerBound) to \(range.upperBound)", nil)
        case .boolean: return text == "true" || text == "false" ? nil : ("must be true or false", nil)
        case .choice(let words, let later):
            if words.contains(text) { return nil }
            if later.contains(text) {
                return ("'\(text)' is not in this version", "use \(words.joined(separator: " or "))")
            }
            return ("must be \(noun)", NearestName.of(text, among: words).map { "did you mean '\($0)'?" })
        case .list, .table, .shorthand, .map, .json: return ("must be \(noun)", nil)
        }
    }
}
