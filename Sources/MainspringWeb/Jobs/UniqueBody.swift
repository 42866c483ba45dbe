import MainspringCore

/// The `unique` of a job's body.
enum UniqueBody {
    static let schema = Schema.object([
        Schema.Field(
            "by", .array(of: .string(maxBytes: 64), count: 0...100), "The arguments that count. Default: all."),
        Schema.Field(
            "while", .array(of: .string(maxBytes: 16, choices: JobState.allCases.map(\.rawValue)), count: 1...8),
            "The states in which a job stands in the way of another. Default: every unfinished one."),
        Schema.Field(
            "for",
            .string(maxBytes: 32, format: "duration such as 10m") { Duration(text: $0).map { $0 > .zero } ?? false },
            "How long it does, whatever its state. Not together with `while`."),
        Schema.Field(
            "on_conflict", .string(maxBytes: 16, choices: UniqueConflict.allCases.map(\.rawValue)),
            "As in the configuration. Default: reject."),
    ])

    /// What does not go together in a value that passed the schema.
    static func problems(in value: JSONValue) -> [(field: String, message: String)] {
        let conflict = conflict(in: value)
        let given = ["while", "for"].filter { value[$0].map { $0 != .null } ?? false }
        var problems: [(field: String, message: String)] = []
        if given.count == 2 { problems.append(("unique.while", "cannot stand together with 'for'")) }
        if conflict.needsPeriod, !given.contains("for") {
            problems.append(("unique.on_conflict", "'\(conflict.rawValue)' needs 'for'"))
        }
        if conflict.ignoresStates {
            problems += given.map { ("unique.\($0)", "means nothing with '\(conflict.rawValue)'") }
        }
        return problems
    }

    /// Nil for null.
    static func policy(of value: JSONValue) -> UniquePolicy? {
        guard value.object != nil else { return nil }
        var policy = UniquePolicy(
            by: value["by"]?.array?.compactMap(\.string) ?? [],
            period: value["for"]?.string.flatMap { Duration(text: $0) }, onConflict: conflict(in: value))
        let states = value["while"]?.array?.compactMap { $0.string.flatMap(JobState.init(rawValue:)) } ?? []
        if !states.isEmpty { policy.states = Set(states) }
        return policy
    }

    private static func conflict(in value: JSONValue) -> UniqueConflict {
        value["on_conflict"]?.string.flatMap(UniqueConflict.init(rawValue:)) ?? .reject
    }
}
