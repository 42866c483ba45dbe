import MainspringCore
import MainspringStore

extension StoreConformance {
    static let restoreCases: [Case] = restoredStateCases + restoredPlaceCases + restoredKeyCases + restoredFollowerCases

    private static let restoredStateCases: [Case] =
        JobState.allCases.filter { $0 != .running && $0 != .pending }.map { state in
            Case("a \(state.rawValue) job is restored as it was, with every field") { probe in
                let snapshot = try probe.full(state)
                try expectEqual(try await probe.restore(snapshot), [.restored], "the answer")
                try expectEqual(try await probe.job("full"), snapshot.record, "the job")
                try expectEqual(
                    try await probe.attempts("full"), snapshot.attempts.map(\.record), "its attempts")
                try expectEqual(
                    try await probe.store.outputs(of: snapshot.record.id).map(\.output),
                    snapshot.attempts.map(\.output).filter { !$0.isEmpty }, "what they wrote")
                try expectEqual(
                    try await probe.store.queues().map(\.counts), [[state: 1]], "the counters")
            }
        } + [
            Case("a running job is not restored") { probe in
                let job = try probe.new("a").record
                var running = job
                running.state = .running
                do {
                    _ = try await probe.store.restore(
                        [.init(record: job), .init(record: running)], fired: ["s": probe.at(1)], now: probe.at(1))
                    throw ConformanceFailure("a running job was taken")
                } catch is MainspringError {}
                try expectEqual(try await probe.all(), [], "the jobs")
                try expectEqual(try await probe.store.lastOccurrences(), [:], "the occurrences")
            },
            Case("an id is restored once, also within one call, and a later one changes nothing") { probe in
                let first = try probe.new("a", tags: ["first"]).record
                let other = try probe.new("a", kind: "mail", queue: "q", tags: ["second"]).record
                try expectEqual(
                    try await probe.restore(.init(record: first), .init(record: other)), [.restored, .duplicate],
                    "the answers")
                var snapshot = try probe.full(.completed)
                snapshot.record.id = first.id
                let before = try await probe.image()
                try expectEqual(try await probe.restore(snapshot), [.duplicate], "once more")
                try expectEqual(try await probe.image(), before, "everything")
            },
            Case("a restored job is neither held nor parked, whatever its record says") { probe in
                var job = try probe.new("a").record
                job.node = "elsewhere"
                job.parked = "no node knew it there"
                _ = try await probe.restore(.init(record: job))
                try expectEqual(try await probe.job("a"), try probe.new("a").record, "the job")
                try expectEqual(try await probe.claimOne().job.id, job.id, "claimed")
            },
        ]

    private static let restoredPlaceCases: [Case] = [
        Case("restored jobs take their places in line and among those that are due, by rank and not by coming") {
            probe in
            try await probe.add(try probe.new("second", now: 2), try probe.new("due-second", due: 20))
            let scheduled = try probe.new("due-first", due: 10).record
            var retryable = try probe.new("due-third", due: 30).record
            retryable.state = .retryable
            _ = try await probe.restore(
                .init(record: try probe.new("third", now: 3).record),
                .init(record: try probe.new("first", now: 1).record),
                .init(record: try probe.new("urgent", now: 4, priority: .critical).record),
                .init(record: retryable), .init(record: scheduled))
            try expectEqual(
                try await probe.claim(now: 5).map(\.job.id.rawValue), ["urgent", "first", "second", "third"],
                "the line")
            try expectEqual(try await probe.promote(now: 15).nextDue, probe.at(20), "the next due")
            try expectEqual(try await probe.promote(now: 40).promoted, ["default": 2], "promoted")
            try expectEqual(
                try await probe.claim(nonce: "m", now: 40).map(\.job.id.rawValue),
                ["due-first", "due-second", "due-third"], "in the order of their times")
        },
        Case("restored jobs stand in the order of the call where their ranks are equal") { probe in
            let names = (0..<20).map { "j\($0)" }
            _ = try await probe.store.restore(
                try names.map { .init(record: try probe.new($0).record) }, fired: [:], now: probe.at(1))
            try expectEqual(try await probe.claim().map(\.job.id.rawValue), names, "the line")
        },
        Case("a restored job goes on: it is claimed, fails, is tried again, and ends, with its history") { probe in
            let snapshot = try probe.full(.retryable)
            _ = try await probe.restore(snapshot)
            _ = try await probe.promote(now: 100)
            let leases = try await probe.claim(queue: "reports", kinds: ["scan": 9], now: 101)
            try expectEqual(leases.map(\.job.attempt), [3], "its used attempts")
            try await probe.settle(leases[0], .failure(StoreProbe.broken), now: 102)
            try expectEqual(try await probe.attempts("full").count, snapshot.attempts.count + 1, "the history")
            try expectEqual(try await probe.attempts("full").last?.number, 4, "the last number")
            try await probe.cancel("full", now: 103)
            try expectEqual(try await probe.prune([.cancelled: 104], now: 2000), 1, "pruned")
            try expectEqual(try await probe.store.attempts(of: snapshot.record.id), nil, "its history")
        },
        Case("of a longer history the newest attempts stay, and later ones push out the oldest") { probe in
            var snapshot = JobSnapshot(record: try probe.new("a").record)
            snapshot.record.attempt = StoreLimits.attemptsPerJob + 5
            snapshot.record.maxAttempts = 1000
            snapshot.attempts = (1...StoreLimits.attemptsPerJob + 5).map { probe.ended($0) }
            _ = try await probe.restore(snapshot)
            try expectEqual(try await probe.attempts("a").map(\.number), Array(6...205), "the numbers")
            try await probe.settle(try await probe.claimOne(now: 1), .failure(StoreProbe.broken), now: 2)
            try expectEqual(try await probe.attempts("a").map(\.number), Array(7...206), "after one more")
        },
        Case("restored jobs go into a full queue, and count for the next one") { probe in
            try await probe.add(try probe.new("a", limit: 1))
            try expectEqual(
                try await probe.restore(.init(record: try probe.new("b").record)), [.restored], "the answer")
            try expectEqual(
                try await probe.insert(try probe.new("c", limit: 2)), .queueFull(limit: 2), "a new job")
        },
        Case("an unfinished restored job of a schedule stands in the way of the next occurrence") { probe in
            var ended = try probe.new("ended", schedule: "s").record
            ended.state = .discarded
            _ = try await probe.restore(
                .init(record: ended), .init(record: try probe.new("a", schedule: "s").record))
            let next = ScheduleOccurrence(schedule: "s", instant: probe.at(5), skipsOverlap: true)
            try expectEqual(
                try await probe.insert(try probe.new("b", occurrence: next)), .overlapped(try probe.id("a")),
                "the next")
        },
        Case("schedules count as fired at the given instants, and never go back") { probe in
            func occurrence(_ second: Double) -> ScheduleOccurrence {
                ScheduleOccurrence(schedule: "s", instant: probe.at(second), skipsOverlap: false)
            }
            try await probe.add(try probe.new("a", occurrence: occurrence(10)))
            _ = try await probe.store.restore(
                [], fired: ["s": probe.at(5), "t": probe.at(7)], now: probe.at(20))
            try expectEqual(
                try await probe.store.lastOccurrences(), ["s": probe.at(10), "t": probe.at(7)], "an older one")
            try await probe.add(try probe.new("older", occurrence: occurrence(5)))
            for _ in 1...2 {
                _ = try await probe.store.restore([], fired: ["s": probe.at(15)], now: probe.at(20))
                try expectEqual(try await probe.store.lastOccurrences()["s"], probe.at(15), "a newer one")
                try expectEqual(
                    try await probe.insert(try probe.new("b", occurrence: occurrence(15))), .alreadyFired, "again")
            }
            try await probe.add(try probe.new("b", occurrence: occurrence(16)))
        },
        Case("an empty restore changes nothing") { probe in
            try await probe.add(try probe.new("a"))
            let before = try await probe.image()
            try expectEqual(try await probe.store.restore([], fired: [:], now: probe.at(1)), [], "the answer")
            try expectEqual(try await probe.image(), before, "everything")
        },
    ]
}
