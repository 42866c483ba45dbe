import MainspringCore

// The digits that stand in the server. They never change: a new case takes a new one.

extension JobState {
    var digit: String {
        switch self {
        case .pending: "0"
        case .scheduled: "1"
        case .available: "2"
        case .running: "3"
        case .retryable: "4"
        case .completed: "5"
        case .cancelled: "6"
        case .discarded: "7"
        }
    }

    init?(digit: UInt8?) {
        guard let digit, digit >= 48, let state = Self.byDigit.dropFirst(Int(digit) - 48).first else { return nil }
        self = state
    }

    private static let byDigit: [JobState] = [
        .pending, .scheduled, .available, .running, .retryable, .completed, .cancelled, .discarded,
    ]

    static func mask(of states: Set<JobState>) -> Int {
        byDigit.enumerated().reduce(0) { $0 | (states.contains($1.element) ? 1 << $1.offset : 0) }
    }

    static func states(in mask: Int) -> Set<JobState> {
        Set(byDigit.enumerated().filter { mask >> $0.offset & 1 == 1 }.map(\.element))
    }
}

extension JobPriority {
    var digit: String {
        switch self {
        case .critical: "0"
        case .high: "1"
        case .normal: "2"
        case .low: "3"
        }
    }

    init?(digit: UInt8?) {
        switch digit {
        case 48: self = .critical
        case 49: self = .high
        case 50: self = .normal
        case 51: self = .low
        default: return nil
        }
    }
}

extension UniqueConflict {
    var digit: String {
        switch self {
        case .reject: "0"
        case .replace: "1"
        case .debounce: "2"
        case .throttle: "3"
        case .keepLast: "4"
        }
    }

    init?(digit: UInt8?) {
        let rules: [Self] = [.reject, .replace, .debounce, .throttle, .keepLast]
        guard let digit, digit >= 48, let rule = rules.dropFirst(Int(digit) - 48).first else { return nil }
        self = rule
    }
}

extension JobOutcome.Name {
    var digit: String {
        switch self {
        case .success: "0"
        case .failure: "1"
        case .timeout: "2"
        case .cancelled: "3"
        case .snoozed: "4"
        case .interrupted: "5"
        case .discarded: "6"
        }
    }

    init?(digit: UInt8?) {
        let names: [Self] = [.success, .failure, .timeout, .cancelled, .snoozed, .interrupted, .discarded]
        guard let digit, digit >= 48, let name = names.dropFirst(Int(digit) - 48).first else { return nil }
        self = name
    }
}

extension NodeIdentity {
    /// `LENGTH:NAME#INCARNATION`, with the bytes of the name.
    var stored: String { "\(name.utf8.count):\(name)#\(incarnation)" }

    init(stored: UnsafeRawBufferPointer) throws {
        guard let colon = stored.firstIndex(of: UInt8(ascii: ":")) else {
            throw StoreDamage.error("a node has no name")
        }
        let count = try FieldReader.number(UnsafeRawBufferPointer(rebasing: stored[..<colon]))
        let rest = stored[(colon + 1)...]
        guard count >= 0, rest.count > count else { throw StoreDamage.error("a node has no name") }
        self.init(
            name: String(decoding: rest.prefix(Int(count)), as: UTF8.self),
            incarnation: String(decoding: rest.dropFirst(Int(count) + 1), as: UTF8.self))
    }
}

extension UniqueHold {
    /// Mask in three digits, rule in one, end, colon, key.
    var stored: String {
        let mask = String(JobState.mask(of: states))
        let zeros = String(repeating: "0", count: 3 - mask.utf8.count)
        return "\(zeros)\(mask)\(onConflict.digit)\(until.map { String($0.microseconds) } ?? ""):\(key)"
    }

    init(stored: UnsafeRawBufferPointer) throws {
        guard stored.count > 4, let colon = stored.firstIndex(of: UInt8(ascii: ":")), colon >= 4,
            let rule = UniqueConflict(digit: stored[3])
        else { throw StoreDamage.error("a unique key has no form") }
        let mask = try FieldReader.number(UnsafeRawBufferPointer(rebasing: stored[..<3]))
        let until = UnsafeRawBufferPointer(rebasing: stored[4..<colon])
        self.init(
            key: String(decoding: stored[(colon + 1)...], as: UTF8.self), states: JobState.states(in: Int(mask)),
            until: until.isEmpty ? nil : Timestamp(microseconds: try FieldReader.number(until)), onConflict: rule)
    }
}
