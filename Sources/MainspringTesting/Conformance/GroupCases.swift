import MainspringCore
import MainspringStore

extension StoreConformance {
    static let groupCases: [Case] = [
        Case("a group is written whole or not at all") { probe in
            try await probe.add(try probe.new("old", arguments: #"{"x":1}"#))
            let groups = [
                [
                    try probe.new("a"), try probe.new("old", arguments: #"{"x":2}"#),
                    try probe.new("old", arguments: #"{"x":1}"#), try probe.new("b"),
                ],
                [try probe.new("c"), try probe.new("c")],
            ]
            let results = try await probe.store.insert(groups, now: probe.at(0))
            let old = try await probe.job("old")
            try expectEqual(results[0], [.notWritten, .idConflict, .duplicate(old), .notWritten], "the refused group")
            let third = try await probe.job("c")
            try expectEqual(results[1], [.inserted(third), .duplicate(third)], "the other group")
            try expectEqual(try await probe.store.job(probe.id("a")), nil, "a job of the refused group")
        },
        Case("a duplicate of a job of its own refused group is not written either") { probe in
            let key = UniqueHold(key: "u", states: StoreProbe.unfinished)
            let group = [
                try probe.new("a"), try probe.new("a"), try probe.new("b", unique: key),
                try probe.new("c", unique: key), try probe.new("d", limit: 0),
            ]
            let results = try await probe.store.insert([group], now: probe.at(0))
            try expectEqual(
                results, [[.notWritten, .notWritten, .notWritten, .notWritten, .queueFull(limit: 0)]], "the group")
            try await probe.add(try probe.new("c", unique: key))
        },
        Case("a group that reaches the limit on its way is refused, and one that just fits is not") { probe in
            let group = try (0..<3).map { try probe.new("a\($0)", limit: 2) }
            let results = try await probe.store.insert([group], now: probe.at(0))
            try expectEqual(results, [[.notWritten, .notWritten, .queueFull(limit: 2)]], "three for two places")
            let fits = try await probe.store.insert([Array(group.prefix(2))], now: probe.at(0))
            try expectEqual(fits, [[.inserted(group[0].record), .inserted(group[1].record)]], "two for two places")
        },
        Case("each refusal refuses its group: limit, id, parent and term") { probe in
            try await probe.add(try probe.new("there", arguments: "[1]"))
            let gone = ParentAttempt(id: try probe.id("there"), token: AttemptToken(rawValue: "n.1"))
            let stale = ScheduleOccurrence(
                schedule: "s", instant: probe.at(1), skipsOverlap: false, term: Term(number: 99))
            for (new, refusal) in [
                (try probe.new("b", limit: 0), InsertResult.queueFull(limit: 0)),
                (try probe.new("there", arguments: "[2]"), .idConflict),
                (try probe.new("b", parent: gone), .staleParent),
                (try probe.new("b", occurrence: stale), .staleTerm),
            ] {
                let results = try await probe.store.insert([[try probe.new("a"), new]], now: probe.at(0))
                try expectEqual(results, [[.notWritten, refusal]], "the group")
                try expectEqual(try await probe.all().map(\.id.rawValue), ["there"], "the jobs")
            }
        },
        Case("what a refused group changed of other jobs is as it was") { probe in
            func key(_ name: String, _ rule: UniqueConflict) -> UniqueHold {
                UniqueHold(key: name, states: StoreProbe.unfinished, onConflict: rule)
            }
            let old = UniqueHold(
                key: "t", states: Set(JobState.allCases), until: probe.at(5), onConflict: .throttle)
            try await probe.add(
                try probe.new("holder", unique: key("k", .keepLast)), try probe.new("throttled", unique: old),
                try probe.new("waits", kind: "odd", due: 9, arguments: "[1]", unique: key("w", .replace)),
                try probe.new("parked", kind: "odd", unique: key("p", .debounce)))
            _ = try await probe.claim()
            _ = try await probe.insert(try probe.new("next", now: 1, unique: key("k", .keepLast)))
            // It waits for the end of the throttle's holder, which is over once somebody asks after its time.
            _ = try await probe.insert(try probe.new("after", now: 1, unique: key("t", .keepLast)))
            try expectEqual(try await probe.park().parked, 1, "parked")
            let before = try await probe.image()
            let group = [
                try probe.new("a", now: 6, unique: key("k", .keepLast)),
                try probe.new("b", now: 6, arguments: "[2]", unique: key("w", .replace)),
                try probe.new("c", now: 6, arguments: "[3]", unique: key("w", .replace)),
                try probe.new("d", now: 6, unique: key("p", .debounce)), try probe.new("e", now: 6, unique: old),
                try probe.new("f", now: 6), try probe.new("full", now: 6, limit: 0),
            ]
            let results = try await probe.store.insert([group], now: probe.at(6))
            try expectEqual(results[0].last, .queueFull(limit: 0), "the last answer")
            try expectEqual(try await probe.image(), before, "everything afterwards")
            let written = try await probe.store.insert([Array(group.dropLast())], now: probe.at(6))
            try expect(!written[0].contains { $0.isRefusal || $0 == .notWritten }, "without the refusal: \(written)")
        },
        Case("a refused group's occurrences have not fired") { probe in
            let occurrence = ScheduleOccurrence(schedule: "s", instant: probe.at(60), skipsOverlap: false)
            let group = [
                try probe.new("a", occurrence: occurrence), try probe.new("again", occurrence: occurrence),
                try probe.new("b", limit: 0),
            ]
            let results = try await probe.store.insert([group], now: probe.at(0))
            try expectEqual(results, [[.notWritten, .notWritten, .queueFull(limit: 0)]], "the group")
            try expectEqual(
                try await probe.insert(try probe.new("c", occurrence: occurrence, limit: 0)), .queueFull(limit: 0),
                "a full queue")
            try expectEqual(try await probe.store.lastOccurrences(), [:], "the last occurrences")
            try await probe.add(try probe.new("a", occurrence: occurrence))
        },
        Case("many groups in one step have an answer each, in order") { probe in
            let groups = try (0..<200).map { [try probe.new("j\($0 % 150)")] }
            let results = try await probe.store.insert(groups, now: probe.at(0))
            for number in 0..<200 {
                let there = try await probe.job("j\(number % 150)")
                try expectEqual(
                    results[number], [number < 150 ? .inserted(there) : .duplicate(there)], "answer \(number)")
            }
        },
    ]
}
