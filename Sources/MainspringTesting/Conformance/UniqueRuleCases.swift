import MainspringCore
import MainspringStore

extension StoreConformance {
    /// What a kind's rule gives its jobs: the states of ``UniquePolicy``, a key `u`.
    private static func hold(_ rule: UniqueConflict, until: Timestamp? = nil) -> UniqueHold {
        var hold = UniquePolicy(onConflict: rule).hold(
            kind: "scan", queue: "default", arguments: [:], now: Timestamp(microseconds: 0))
        hold.key = "u"
        guard let until else { return hold }
        return UniqueHold(key: "u", states: Set(JobState.allCases), until: until, onConflict: rule)
    }

    /// A job whose every field that may be taken over differs from the first one's.
    private static func newer(_ probe: StoreProbe, _ hold: UniqueHold, due: Double? = nil) throws -> NewJob {
        try probe.new(
            "newer", version: 3, now: 20, due: due, priority: .critical, arguments: #"{"new":true}"#, maxAttempts: 9,
            maxRescues: 8, tags: ["new"], metadata: ["trace": "new"], unique: hold, deadline: 500)
    }

    /// `old` with the content of `new`.
    private static func merged(_ old: JobRecord, _ new: JobRecord) -> JobRecord {
        var record = old
        record.arguments = new.arguments
        record.version = new.version
        record.priority = new.priority
        record.maxAttempts = max(new.maxAttempts, old.attempt + 1)
        record.maxRescues = new.maxRescues
        record.scheduledAt = new.scheduledAt
        record.tags = new.tags
        record.metadata = new.metadata
        record.deadline = new.deadline
        record.state = new.state
        record.unique = new.unique
        return record
    }

    private static let replacing: [Case] = [UniqueConflict.replace, .debounce].flatMap { rule in
        [JobState.available, .scheduled, .retryable].flatMap { state in
            [nil, 100.0].map { due in
                Case(
                    "\(rule.rawValue): a \(state.rawValue) holder takes over a newer job\(due == nil ? "" : " for later")"
                ) {
                    probe in
                    try await bring(probe, to: state, holding: hold(rule))
                    let old = try await probe.job("holder")
                    let new = try newer(probe, hold(rule), due: due)
                    let result = try await probe.insert(new)
                    let expected = merged(old, new.record)
                    try expectEqual(result, .replaced(expected), "the answer")
                    try expectEqual(try await probe.job("holder"), expected, "the holder")
                    try expectEqual(try await probe.store.job(probe.id("newer")), nil, "the newer one")
                    try expectEqual(try await probe.attempts("holder").count, old.attempt, "its history stays")
                    _ = try await probe.promote(now: 100)
                    let leases = try await probe.claim(kinds: ["scan": 3], nonce: "m", now: 100)
                    try expectEqual(leases.map(\.job.arguments), [new.record.arguments], "what runs")
                    try expectEqual(leases.map(\.attemptNumber), [old.attempt + 1], "its attempt")
                }
            }
        }
    }

    private static let refusing: [Case] = [JobState.running, .completed, .cancelled, .discarded].map { state in
        Case("replace: a \(state.rawValue) holder rejects") { probe in
            let held = UniqueHold(key: "u", states: Set(JobState.allCases), onConflict: .replace)
            try await bring(probe, to: state, holding: held)
            let before = try await probe.job("holder")
            try expectEqual(try await probe.insert(try newer(probe, held)), .duplicate(before), "the newer one")
            try expectEqual(try await probe.job("holder"), before, "the holder")
        }
    }

    static let uniqueRuleCases: [Case] =
        replacing + refusing + [
            Case("replace: a parked holder comes back into line with its new content") { probe in
                try await probe.add(try probe.new("holder", version: 5, unique: hold(.replace)))
                try expectEqual(try await probe.park().parked, 1, "parked")
                let result = try await probe.insert(try probe.new("newer", now: 1, unique: hold(.replace)))
                try expectEqual(result, .replaced(try await probe.job("holder")), "the answer")
                try expectEqual(try await probe.job("holder").parked, nil, "why it is parked")
                try expectEqual(try await probe.claimOne().job.version, 1, "the version that runs")
            },
            Case("replace: the holder keeps one attempt at least") { probe in
                try await bring(probe, to: .retryable, holding: hold(.replace))
                _ = try await probe.insert(try probe.new("newer", now: 5, maxAttempts: 1, unique: hold(.replace)))
                let job = try await probe.job("holder")
                try expectEqual(job.attempt, 1, "used attempts")
                try expectEqual(job.maxAttempts, 2, "attempts in all")
            },
            Case("the rule of the new job counts, not the holder's") { probe in
                try await probe.add(try probe.new("holder", unique: hold(.replace)))
                let holder = try await probe.job("holder")
                let rejected = try await probe.insert(try newer(probe, hold(.reject)))
                try expectEqual(rejected, .duplicate(holder), "one that rejects")
                let replaced = try await probe.insert(try newer(probe, hold(.replace)))
                try expectEqual(replaced, .replaced(try await probe.job("holder")), "one that replaces")
            },
            Case("debounce: of a burst the last one runs, after it was quiet") { probe in
                for second in 0..<5 {
                    let now = Double(second)
                    let new = try probe.new(
                        "j\(second)", now: now, due: now + 3, arguments: "[\(second)]", unique: hold(.debounce))
                    let result = try await probe.insert(new)
                    if second > 0 { try expectEqual(result, .replaced(try await probe.job("j0")), "one of the burst") }
                }
                try expectEqual(try await probe.promote(now: 6.9), Promotion(nextDue: probe.at(7)), "too early")
                _ = try await probe.promote(now: 7)
                let lease = try await probe.claimOne(now: 7)
                try expectEqual(lease.job.arguments, "[4]", "what runs")
                // While it runs, its key is free: a new burst begins.
                try await probe.add(try probe.new("j9", now: 8, due: 11, unique: hold(.debounce)))
            },
            Case("throttle: no second job until the period is over, while the first one runs or waits") { probe in
                let held = hold(.throttle, until: probe.at(60))
                try await bring(probe, to: .running, holding: held)
                let holder = try await probe.job("holder")
                for now in [0, 1, 59.9] {
                    let again = try await probe.insert(try probe.new("b", now: now, unique: held))
                    try expectEqual(again, .duplicate(holder), "at \(now)")
                }
                try await probe.add(
                    try probe.new("b", now: 60, unique: hold(.throttle, until: probe.at(120))))
                try expectEqual(try await probe.job("holder").unique, nil, "the key that it gave up")
                let third = try await probe.insert(
                    try probe.new("c", now: 61, unique: hold(.throttle, until: probe.at(121))))
                try expectEqual(third, .duplicate(try await probe.job("b")), "in the second period")
            },
            Case("a key that was freed by its time passes to the new job when that is for later, too") { probe in
                try await probe.add(try probe.new("holder", unique: hold(.throttle, until: probe.at(60))))
                try await probe.add(
                    try probe.new("b", now: 60, due: 90, unique: hold(.throttle, until: probe.at(120))))
                let again = try await probe.insert(try probe.new("c", now: 61, unique: hold(.reject)))
                try expectEqual(again, .duplicate(try await probe.job("b")), "the third")
            },
            Case("a retry meets a key whose time is over as if it were free") { probe in
                let held = UniqueHold(
                    key: "u", states: StoreProbe.unfinished, until: probe.at(60), onConflict: .throttle)
                try await bring(probe, to: .discarded, holding: held)
                try await probe.add(try probe.new("b", now: 2, unique: held))
                try expectEqual(
                    try await probe.retry("holder", now: 59), .duplicate(of: try probe.id("b")), "within the time")
                let retried = try await probe.retry("holder", now: 60)
                try expectEqual(retried, .retried(try await probe.job("holder")), "after it")
                try expectEqual(try await probe.job("b").unique, nil, "the other's key")
            },
        ]
        + ends.map { end in
            Case("throttle: the key is held for the period after \(end.name), and prune leaves the job") { probe in
                let held = hold(.throttle, until: probe.at(60))
                try await probe.add(try probe.new("holder", maxRescues: 1, unique: held))
                try await end.body(probe)
                let holder = try await probe.job("holder")
                let every = Dictionary(uniqueKeysWithValues: JobState.allCases.map { ($0, 50.0) })
                try expectEqual(try await probe.prune(every, now: 59), 0, "pruned within the period")
                try expectEqual(
                    try await probe.insert(try probe.new("b", now: 59, unique: held)), .duplicate(holder), "within it")
                try expectEqual(try await probe.prune(every, now: 60), 1, "pruned after it")
                try await probe.add(try probe.new("b", now: 60, unique: hold(.throttle, until: probe.at(120))))
            }
        }
}
