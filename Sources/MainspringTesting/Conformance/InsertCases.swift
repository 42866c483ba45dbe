import MainspringCore
import MainspringStore

extension StoreConformance {
    static let insertCases: [Case] = [
        Case("a new job is there as it was given") { probe in
            let new = try probe.new(
                "a", kind: "k", queue: "q", priority: .high, arguments: #"{"x":1}"#, maxAttempts: 7,
                tags: ["t", "ü\""], key: "u", schedule: "s")
            try await probe.add(new)
            try expectEqual(try await probe.job("a"), new.record, "the job")
            try expectEqual(try await probe.store.attempts(of: probe.id("a")), [], "its attempts")
            try expectEqual(try await probe.store.job(probe.id("b")), nil, "another id")
            try expectEqual(try await probe.store.attempts(of: probe.id("b")), nil, "another id's attempts")
        },
        Case("the same id with the same content is a duplicate, with other content a conflict") { probe in
            try await probe.add(try probe.new("a", arguments: #"{"x":1}"#))
            let there = try await probe.job("a")
            let again = try await probe.insert(try probe.new("a", now: 5, arguments: #"{"x":1}"#))
            try expectEqual(again, .duplicate(there), "the same again")
            for other in [
                try probe.new("a", kind: "other", arguments: #"{"x":1}"#),
                try probe.new("a", queue: "other", arguments: #"{"x":1}"#),
                try probe.new("a", arguments: #"{"x":2}"#),
            ] {
                try expectEqual(try await probe.insert(other), .idConflict, "other content")
            }
        },
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
            let group = [
                try probe.new("a"), try probe.new("a"), try probe.new("b", key: "u"), try probe.new("c", key: "u"),
                try probe.new("d", limit: 0),
            ]
            let results = try await probe.store.insert([group], now: probe.at(0))
            try expectEqual(
                results, [[.notWritten, .notWritten, .notWritten, .notWritten, .queueFull(limit: 0)]], "the group")
            try await probe.add(try probe.new("c", key: "u"))
        },
        Case("a queue takes jobs up to its limit of waiting ones") { probe in
            try await probe.add(try probe.new("a", limit: 2), try probe.new("b", due: 10, limit: 2))
            try expectEqual(try await probe.insert(try probe.new("c", limit: 2)), .queueFull(limit: 2), "one more")
            try await probe.add(try probe.new("elsewhere", queue: "other", limit: 1))
            let there = try await probe.job("a")
            try expectEqual(
                try await probe.insert(try probe.new("a", limit: 2)), .duplicate(there), "a duplicate at the limit")
            _ = try await probe.claimOne()
            try await probe.add(try probe.new("c", limit: 2))
            _ = try await probe.store.cancel([probe.id("b")], now: probe.at(1))
            try await probe.add(try probe.new("d", limit: 2), try probe.new("unlimited"))
        },
        Case("a group that reaches the limit on its way is refused, and one that just fits is not") { probe in
            let group = try (0..<3).map { try probe.new("a\($0)", limit: 2) }
            let results = try await probe.store.insert([group], now: probe.at(0))
            try expectEqual(results, [[.notWritten, .notWritten, .queueFull(limit: 2)]], "three for two places")
            let fits = try await probe.store.insert([Array(group.prefix(2))], now: probe.at(0))
            try expectEqual(fits, [[.inserted(group[0].record), .inserted(group[1].record)]], "two for two places")
        },
        Case("an occurrence makes one job, however often it is asked for") { probe in
            let first = ScheduleOccurrence(schedule: "s", instant: probe.at(60), skipsOverlap: false)
            try await probe.add(try probe.new("a", occurrence: first))
            try expectEqual(try await probe.insert(try probe.new("b", occurrence: first)), .alreadyFired, "again")
            try await probe.add(
                try probe.new("c", occurrence: .init(schedule: "s", instant: probe.at(120), skipsOverlap: false)),
                try probe.new("d", occurrence: .init(schedule: "other", instant: probe.at(60), skipsOverlap: false)))
            try expectEqual(
                try await probe.store.lastOccurrences(), ["s": probe.at(120), "other": probe.at(60)], "the last ones")
        },
        Case("an occurrence stays fired after its job is gone") { probe in
            let occurrence = ScheduleOccurrence(schedule: "s", instant: probe.at(60), skipsOverlap: false)
            try await probe.add(try probe.new("a", occurrence: occurrence))
            _ = try await probe.store.cancel([probe.id("a")], now: probe.at(61))
            try expectEqual(
                try await probe.store.prune(finishedBefore: [.cancelled: probe.at(62)], limit: 10), 1, "pruned")
            try expectEqual(try await probe.insert(try probe.new("b", occurrence: occurrence)), .alreadyFired, "again")
        },
        Case("an occurrence is skipped while an earlier job of its schedule is unfinished, and counts as fired") {
            probe in
            func occurrence(_ second: Double) -> ScheduleOccurrence {
                ScheduleOccurrence(schedule: "s", instant: probe.at(second), skipsOverlap: true)
            }
            try await probe.add(try probe.new("a", occurrence: occurrence(1)))
            let skipped = try await probe.insert(try probe.new("b", occurrence: occurrence(2)))
            try expectEqual(skipped, .overlapped(try probe.id("a")), "while it waits")
            let lease = try await probe.claimOne(now: 2)
            try expectEqual(
                try await probe.insert(try probe.new("b", occurrence: occurrence(3))), .overlapped(lease.job.id),
                "while it runs")
            try await probe.settle(lease, .success(result: nil), now: 3)
            try expectEqual(
                try await probe.insert(try probe.new("b", occurrence: occurrence(3))), .alreadyFired, "the skipped one")
            try await probe.add(try probe.new("b", occurrence: occurrence(4)))
        },
        Case("an occurrence whose group was refused has not fired") { probe in
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
        Case("instants are kept up to the limit, and what is older than all of them counts as fired") { probe in
            func occurrence(_ number: Int) -> ScheduleOccurrence {
                ScheduleOccurrence(schedule: "s", instant: probe.at(Double(number)), skipsOverlap: false)
            }
            let jobs = try (1...StoreLimits.occurrencesPerSchedule + 5).map {
                try probe.new("j\($0)", occurrence: occurrence($0))
            }
            _ = try await probe.store.insert(jobs.map { [$0] }, now: probe.at(0))
            for number in [-5, 1, 5, 6, jobs.count] {
                try expectEqual(
                    try await probe.insert(try probe.new("late", occurrence: occurrence(number))), .alreadyFired,
                    "instant \(number)")
            }
        },
        Case("a new job is available or scheduled, nothing else") { probe in
            for state in JobState.allCases where state != .available && state != .scheduled {
                var new = try probe.new("a")
                new.record.state = state
                let result = try? await probe.store.insert([[new]], now: probe.at(0))
                try expect(result == nil, "a new job cannot be \(state.rawValue)")
            }
            try expectEqual(try await probe.all(), [], "the jobs")
        },
    ]
}
