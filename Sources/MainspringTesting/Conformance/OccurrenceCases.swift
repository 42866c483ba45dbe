import MainspringCore
import MainspringStore

extension StoreConformance {
    static let occurrenceCases: [Case] = [
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
            try await probe.cancel("a", now: 61)
            try expectEqual(try await probe.prune([.cancelled: 62]), 1, "pruned")
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
        Case("one that does not skip makes its job while an earlier one is unfinished") { probe in
            for second in 1...3 {
                let occurrence = ScheduleOccurrence(
                    schedule: "s", instant: probe.at(Double(second)), skipsOverlap: false)
                try await probe.add(try probe.new("j\(second)", occurrence: occurrence))
            }
            let skipping = ScheduleOccurrence(schedule: "s", instant: probe.at(4), skipsOverlap: true)
            try expectEqual(
                try await probe.insert(try probe.new("j4", occurrence: skipping)), .overlapped(try probe.id("j1")),
                "the oldest unfinished one stands in the way")
        },
        Case("an occurrence whose job is a duplicate counts as fired") { probe in
            let held = UniqueHold(key: "u", states: StoreProbe.unfinished)
            try await probe.add(try probe.new("a", unique: held))
            let there = try await probe.job("a")
            let first = ScheduleOccurrence(schedule: "s", instant: probe.at(1), skipsOverlap: false)
            try expectEqual(
                try await probe.insert(try probe.new("b", unique: held, occurrence: first)), .duplicate(there), "by key"
            )
            let second = ScheduleOccurrence(schedule: "s", instant: probe.at(2), skipsOverlap: false)
            try expectEqual(
                try await probe.insert(try probe.new("a", occurrence: second)), .duplicate(there), "by id")
            for occurrence in [first, second] {
                try expectEqual(
                    try await probe.insert(try probe.new("c", occurrence: occurrence)), .alreadyFired, "again")
            }
        },
        Case("an occurrence whose job took over a waiting one counts as fired") { probe in
            let held = UniqueHold(key: "u", states: StoreProbe.unfinished, onConflict: .replace)
            try await probe.add(try probe.new("a", unique: held))
            let occurrence = ScheduleOccurrence(schedule: "s", instant: probe.at(1), skipsOverlap: false)
            let result = try await probe.insert(try probe.new("b", now: 1, unique: held, occurrence: occurrence))
            try expectEqual(result, .replaced(try await probe.job("a")), "the first")
            try expectEqual(try await probe.insert(try probe.new("c", occurrence: occurrence)), .alreadyFired, "again")
        },
        Case("an occurrence that a person asked for needs no term") { probe in
            let occurrence = ScheduleOccurrence(schedule: "s", instant: probe.at(1), skipsOverlap: false)
            try await probe.add(try probe.new("a", occurrence: occurrence))
        },
        Case("an occurrence under an old term is refused and has not fired") { probe in
            let old = try await probe.term()
            try await probe.store.leave(StoreProbe.keeper)
            var occurrence = ScheduleOccurrence(schedule: "s", instant: probe.at(1), skipsOverlap: true, term: old)
            try expectEqual(
                try await probe.insert(try probe.new("a", occurrence: occurrence)), .staleTerm, "without a leader")
            let new = try await probe.beat(StoreProbe.bob, wantsTerm: true).term
            for term in [old, Term(number: 0), Term(number: 1000)] {
                occurrence.term = term
                try expectEqual(
                    try await probe.insert(try probe.new("a", occurrence: occurrence)), .staleTerm, "under \(term)")
            }
            try expectEqual(try await probe.store.lastOccurrences(), [:], "the last occurrences")
            try expectEqual(try await probe.all(), [], "the jobs")
            occurrence.term = new
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
    ]
}
