public import MainspringCore

/// At most one job of a kind per value of the chosen members, as whoever enqueues it says it.
public struct JobUnique<J: Job>: Sendable {
    private enum Member: Sendable {
        case name(String)
        case path(any PartialKeyPath<J> & Sendable)
    }

    private var members: [Member]
    private var policy: UniquePolicy

    /// One job per value of these members: `.by(\.symbol)`. While one of the same values is unfinished, or for `period` from
    /// its creation when that is given, `onConflict` says what becomes of another one.
    ///
    /// A key path stands for the member that is stored under the property's own name. Any other makes the call throw
    /// `invalid_arguments`, and nothing is enqueued: a computed property, one inside of another, one that `CodingKeys`
    /// renames, and every one in a program that is built without reflection metadata. The form with texts
    /// takes the stored names instead.
    public static func by(
        _ paths: (any PartialKeyPath<J> & Sendable)..., while states: Set<JobState> = UniquePolicy().states,
        for period: Duration? = nil, onConflict: UniqueConflict = .reject
    ) -> JobUnique {
        JobUnique(
            members: paths.map(Member.path),
            policy: UniquePolicy(states: states, period: period, onConflict: onConflict))
    }

    /// One job per payload.
    public static func payload(
        while states: Set<JobState> = UniquePolicy().states, for period: Duration? = nil,
        onConflict: UniqueConflict = .reject
    ) -> JobUnique {
        JobUnique(members: [], policy: UniquePolicy(states: states, period: period, onConflict: onConflict))
    }

    /// By the names in the stored payload.
    public static func by(
        _ names: String..., while states: Set<JobState> = UniquePolicy().states, for period: Duration? = nil,
        onConflict: UniqueConflict = .reject
    ) -> JobUnique {
        JobUnique(
            members: names.map(Member.name),
            policy: UniquePolicy(states: states, period: period, onConflict: onConflict))
    }

    /// Throws `invalid_arguments` when a member is not one of the payload: the key would hold too little, and jobs would be
    /// taken for others.
    func policy(for job: J, stored arguments: [String: JSONValue]) throws -> UniquePolicy {
        var policy = policy
        policy.by = try members.map { member in
            switch member {
            case .name(let name): name
            case .path(let path): try Self.name(of: path, in: job, stored: arguments)
            }
        }
        try Self.check(policy, for: job)
        return policy
    }

    /// Throws as ``policy(for:stored:)`` does.
    static func check(_ policy: UniquePolicy, for job: J) throws {
        guard !policy.by.isEmpty else { return }
        let names = try PayloadNames.of(job)
        guard let unknown = policy.by.first(where: { !names.contains($0) }) else { return }
        let near = NearestName.of(unknown, among: names).map { "Did you mean '\($0)'?" }
        throw MainspringError(
            .invalidArguments, "'\(unknown)' is not a member of the payload of kind \(J.kind)",
            hint: near ?? "There are \(names.sorted().joined(separator: ", ")).")
    }

    private static func name(
        of path: any PartialKeyPath<J> & Sendable, in job: J, stored arguments: [String: JSONValue]
    ) throws -> String {
        // The only place where Swift says the name: `\Scan.symbol`.
        let parts = "\(path)".split(separator: ".", omittingEmptySubsequences: false)
        let name = parts.count == 2 ? String(parts[1]) : ""
        guard !name.isEmpty, !name.contains("<"), isStored(job[keyPath: path], as: arguments[name]) else {
            throw MainspringError(
                .invalidArguments, "the key path \(path) does not name a stored member of kind \(J.kind)",
                hint: "Say it by the name in the payload: .by(\"name\").")
        }
        return name
    }

    /// Whether the value at the key path is what the payload holds under its name.
    private static func isStored(_ value: Any, as stored: JSONValue?) -> Bool {
        guard let value = value as? any Encodable, let text = try? JobJSON.text(of: value) else { return false }
        return (try? JSONParser.parse(text)) == (stored ?? .null)
    }
}
