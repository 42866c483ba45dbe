/// At most one job per (kind, queue, chosen arguments) while it is in one of the given states, or for a period.
public struct UniquePolicy: Sendable, Hashable {
    /// Names of declared arguments; empty means all of them.
    public var by: [String]
    /// The states in which a job holds its key; used by ``UniqueConflict/reject`` and ``UniqueConflict/replace``.
    public var states: Set<JobState>
    /// How long a job holds its key whatever its state, from its creation; for ``UniqueConflict/debounce``, how long it waits
    /// for another. Nil: only while it is in one of the states.
    public var period: Duration?
    public var onConflict: UniqueConflict

    /// The default states are those of every unfinished job, and a conflict is rejected.
    public init(
        by: [String] = [], states: Set<JobState> = [.pending, .scheduled, .available, .running, .retryable],
        period: Duration? = nil, onConflict: UniqueConflict = .reject
    ) {
        self.by = by
        self.states = states
        self.period = period
        self.onConflict = onConflict
    }

    /// What a job made at `now` holds.
    public func hold(kind: String, queue: String, arguments: [String: JSONValue], now: Timestamp) -> UniqueHold {
        let key = key(kind: kind, queue: queue, arguments: arguments)
        if onConflict == .debounce {
            return UniqueHold(key: key, states: [.scheduled, .available, .retryable], onConflict: onConflict)
        }
        if onConflict == .keepLast {
            // Until it has ended for good: that is what the newest job waits for.
            return UniqueHold(key: key, states: Set(JobState.allCases.filter { !$0.isFinal }), onConflict: onConflict)
        }
        guard let period else { return UniqueHold(key: key, states: states, onConflict: onConflict) }
        return UniqueHold(key: key, states: Set(JobState.allCases), until: now + period, onConflict: onConflict)
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
