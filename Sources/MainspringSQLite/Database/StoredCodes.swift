import MainspringCore

// The numbers that stand in the file. They never change: a new case takes a new number.

extension JobState {
    var code: Int64 {
        switch self {
        case .pending: 0
        case .scheduled: 1
        case .available: 2
        case .running: 3
        case .retryable: 4
        case .completed: 5
        case .cancelled: 6
        case .discarded: 7
        }
    }

    init?(code: Int64) {
        guard let state = Self.byCode[code] else { return nil }
        self = state
    }

    private static let byCode = CodeTable(Self.allCases, code: \.code)

    static func mask(of states: Set<JobState>) -> Int64 {
        states.reduce(0) { $0 | 1 << $1.code }
    }

    static func states(in mask: Int64) -> Set<JobState> {
        byMask.indices.contains(Int(mask)) ? byMask[Int(mask)] : []
    }

    /// Every set of states by its mask, so that reading a row makes none.
    private static let byMask = (0..<Int64(1) << allCases.count).map { mask in
        Set(allCases.filter { mask >> $0.code & 1 == 1 })
    }
}

/// Where the counters of parked jobs stand, which are counted as available too.
let parkedCode: Int64 = 8

extension UniqueConflict {
    var code: Int64 {
        switch self {
        case .reject: 0
        case .replace: 1
        case .debounce: 2
        case .throttle: 3
        case .keepLast: 4
        }
    }

    init?(code: Int64) {
        guard let rule = Self.byCode[code] else { return nil }
        self = rule
    }

    private static let byCode = CodeTable(Self.allCases, code: \.code)
}

extension JobPriority {
    var code: Int64 {
        switch self {
        case .critical: 0
        case .high: 1
        case .normal: 2
        case .low: 3
        }
    }

    init?(code: Int64) {
        guard let priority = Self.byCode[code] else { return nil }
        self = priority
    }

    private static let byCode = CodeTable(Self.allCases, code: \.code)
}

extension JobOutcome.Name {
    var code: Int64 {
        switch self {
        case .success: 0
        case .failure: 1
        case .timeout: 2
        case .cancelled: 3
        case .snoozed: 4
        case .interrupted: 5
        case .discarded: 6
        }
    }

    init?(code: Int64) {
        guard let outcome = Self.byCode[code] else { return nil }
        self = outcome
    }

    private static let byCode = CodeTable(Self.allCases, code: \.code)
}

/// The way back from the number, without a search.
private struct CodeTable<Value: Sendable>: Sendable {
    private let values: [Value?]

    init(_ values: [Value], code: (Value) -> Int64) {
        let pairs = values.map { (Int(code($0)), $0) }
        var table = [Value?](repeating: nil, count: (pairs.map(\.0).max() ?? 0) + 1)
        for (code, value) in pairs { table[code] = value }
        self.values = table
    }

    subscript(code: Int64) -> Value? {
        values.indices.contains(Int(code)) ? values[Int(code)] : nil
    }
}
