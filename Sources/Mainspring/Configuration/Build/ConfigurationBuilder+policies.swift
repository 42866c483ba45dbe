import MainspringCore

/// When a job of a kind runs again, and when it is the same as another.
extension ConfigurationBuilder {
    mutating func retry(in section: SettingReader) -> RetryPolicy? {
        guard let section = section.section("retry"), let max = section.integer("max"),
            let jitter: RetryPolicy.Jitter = section.choice("jitter")
        else { return nil }
        checkCodes(in: section)
        let only = section.texts("only")
        var policy = RetryPolicy(
            maxAttempts: Int(max), jitter: jitter, only: only.isEmpty ? nil : Set(only),
            never: Set(section.texts("never")))
        let delays = section.texts("delays").compactMap { Duration(text: $0) }
        if !delays.isEmpty {
            policy.backoff = .custom(delays)
            policy.cap = delays.max() ?? policy.cap
            return policy
        }
        guard let backoff: RetryPolicy.Backoff.Name = section.choice("backoff"), let base = section.duration("base"),
            let cap = checkedCap(in: section, base: base)
        else { return nil }
        policy.backoff = RetryPolicy.Backoff(backoff)
        policy.base = base
        policy.cap = cap
        return policy
    }

    private mutating func checkCodes(in section: SettingReader) {
        let only = Set(section.texts("only"))
        for (index, item) in (section.node["never"]?.items ?? []).enumerated() {
            guard let code = item.text, only.contains(code) else { continue }
            problems.add(
                "'\(code)' is in 'only' too", at: item.origin, key: "\(section.path(of: "never"))[\(index)]",
                hint: "keep it in one of them")
        }
    }

    /// The cap, unless it is below the base; the one that was written is named.
    mutating func checkedCap(in section: SettingReader, base: Duration) -> Duration? {
        guard let cap = section.duration("cap") else { return nil }
        if cap >= base { return cap }
        let culprit = section.node["cap"]?.origin == .fallback ? "base" : "cap"
        let message =
            culprit == "cap" ? "must be at least 'base' (\(base.text))" : "must be at most 'cap' (\(cap.text))"
        problems.add(message, at: section.origin(of: culprit), key: section.path(of: culprit))
        return nil
    }

    mutating func unique(in section: SettingReader, schema: ArgumentSchema) -> UniquePolicy? {
        guard let section = section.section("unique") else { return nil }
        for (index, item) in (section.node["by"]?.items ?? []).enumerated() {
            guard let name = item.text, schema.arguments[name] == nil else { continue }
            unknown(
                "argument", name, among: schema.arguments.keys, at: item.origin,
                key: "\(section.path(of: "by"))[\(index)]")
        }
        var policy = UniquePolicy(by: section.texts("by"))
        let states = section.texts("while").compactMap(JobState.init(rawValue:))
        if !states.isEmpty { policy.states = Set(states) }
        policy.period = section.duration("for")
        if let conflict: UniqueConflict = section.choice("on_conflict") { policy.onConflict = conflict }
        check(policy.onConflict, in: section)
        return policy
    }

    /// What a rule for conflicts needs beside it, and what it would ignore.
    private mutating func check(_ conflict: UniqueConflict, in section: SettingReader) {
        if conflict.needsPeriod, section.node["for"] == nil {
            problems.add(
                "'\(conflict.rawValue)' needs a period", at: section.origin(of: "on_conflict"),
                key: section.path(of: "on_conflict"), hint: "give it one beside it: 'for: 10m'")
        }
        guard conflict.ignoresStates else { return }
        for key in ["while", "for"] {
            guard let node = section.node[key] else { continue }
            problems.add(
                "means nothing with '\(conflict.rawValue)', which waits until the first job has ended for good",
                at: node.origin, key: section.path(of: key), hint: "leave it out")
        }
    }

    mutating func checkSilence(in section: SettingReader) {
        guard let silence = section.duration("silence"), let timeout = section.duration("timeout"), silence >= timeout
        else { return }
        problems.add(
            "must be shorter than 'timeout' (\(timeout.text)), which ends the attempt first",
            at: section.origin(of: "silence"), key: section.path(of: "silence"),
            hint: "shorten it, or raise 'timeout'")
    }
}
