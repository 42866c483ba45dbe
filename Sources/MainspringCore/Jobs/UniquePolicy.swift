/// At most one job per (kind, queue, chosen arguments) while it is in one of the given states.
public struct UniquePolicy: Sendable, Hashable {
    /// Names of declared arguments; empty means all of them.
    public var by: [String]
    public var states: Set<JobState>

    /// The default states are those of every unfinished job.
    public init(by: [String] = [], states: Set<JobState> = [.pending, .scheduled, .available, .running, .retryable]) {
        self.by = by
        self.states = states
    }

    /// The key in its frozen form: SHA-256 over kind, queue and the chosen arguments as canonical JSON (keys sorted, one form
    /// per number, strings as given). Changing this form would let duplicates in across an upgrade.
    public func key(kind: String, queue: String, arguments: [String: JSONValue]) -> String {
        let chosen = by.isEmpty ? arguments : arguments.filter { by.contains($0.key) }
        let document: JSONValue = [
            "args": JSONValue.object(chosen).withCanonicalNumbers, "kind": .string(kind), "queue": .string(queue),
        ]
        return SHA256.hexDigest(of: document.compactText.utf8)
    }
}

extension JSONValue {
    /// `1`, `1.0` and `1e0` become one form: an integer where the value is one that a double holds exactly, else the
    /// shortest text that reads back to the same double. Integers beyond 64 bits keep their digits: as doubles, two
    /// account numbers could become one.
    var withCanonicalNumbers: JSONValue {
        switch self {
        case .number(let text):
            let isLongInteger =
                text != "-0" && text.utf8.allSatisfy { (48...57).contains($0) || $0 == UInt8(ascii: "-") }
            guard !isLongInteger, let value = Double(text), value.isFinite else { return self }
            if let integer = Int64(exactly: value), integer.magnitude <= 1 << 53 { return .integer(integer) }
            return .number("\(value)")
        case .array(let items): return .array(items.map(\.withCanonicalNumbers))
        case .object(let members): return .object(members.mapValues(\.withCanonicalNumbers))
        default: return self
        }
    }
}
