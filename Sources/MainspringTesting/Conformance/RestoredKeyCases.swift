import MainspringCore
import MainspringStore

/// Keys of jobs that come from elsewhere.
extension StoreConformance {
    private static let hold = UniqueHold(key: "u", states: StoreProbe.unfinished)
    private static let lastHold = UniqueHold(key: "u", states: StoreProbe.unfinished, onConflict: .keepLast)

    static let restoredKeyCases: [Case] = [
        Case("a waiting job whose key another holds is restored as cancelled, and says who holds it") { probe in
            try await probe.add(try probe.new("holder", unique: hold))
            let snapshot = JobSnapshot(
                record: try probe.new("a", now: 1, due: 9, unique: hold).record, attempts: [probe.ended(1)])
            let result = try await probe.restore(snapshot, now: 5)
            try expectEqual(result, [.yielded(to: try probe.id("holder"))], "the answer")
            let job = try await probe.job("a")
            try expectEqual(job.state, .cancelled, "its state")
            try expectEqual(job.finishedAt, probe.at(5), "its end")
            try expectEqual(job.error?.code, "unique_conflict", "its error")
            try expectEqual(job.error?.message.contains("holder"), true, "the holder's name in it")
            try expectEqual(job.unique, nil, "its key")
            try expectEqual(try await probe.attempts("a").count, 1, "its history")
            try expectEqual(try await probe.prune([.cancelled: 6]), 1, "pruned")
        },
        Case("of two jobs of one key in a call the first stays and the second yields") { probe in
            let results = try await probe.restore(
                .init(record: try probe.new("a", unique: hold).record),
                .init(record: try probe.new("b", unique: hold).record))
            try expectEqual(results, [.restored, .yielded(to: try probe.id("a"))], "the answers")
            let there = try await probe.job("a")
            try expectEqual(
                try await probe.insert(try probe.new("c", unique: hold)), .duplicate(there), "a new job of the key")
        },
        Case("a final job keeps its key for a period when it is free, and gives it up when it is not") { probe in
            let period = UniqueHold(
                key: "p", states: Set(JobState.allCases), until: probe.at(60), onConflict: .throttle)
            var ended = try probe.new("ended", unique: period).record
            ended.state = .completed
            ended.finishedAt = probe.at(1)
            try expectEqual(try await probe.restore(.init(record: ended), now: 2), [.restored], "the first")
            try expectEqual(
                try await probe.insert(try probe.new("b", now: 3, unique: period)), .duplicate(ended), "the key")
            var late = ended
            late.id = try probe.id("late")
            try expectEqual(try await probe.restore(.init(record: late), now: 4), [.restored], "another final one")
            try expectEqual(try await probe.job("late").state, .completed, "its state")
            try expectEqual(try await probe.job("late").unique, nil, "its key")
            let waiting = try probe.new("waiting", now: 5, unique: period).record
            try expectEqual(
                try await probe.restore(.init(record: waiting), now: 6), [.yielded(to: ended.id)], "a waiting one")
            try await probe.add(try probe.new("b", now: 60, unique: period))
        },
        Case("a key whose time is over stands in nobody's way, on either side") { probe in
            var over = hold
            over.until = probe.at(10)
            try await probe.add(try probe.new("holder", unique: over))
            try expectEqual(
                try await probe.restore(.init(record: try probe.new("a", unique: hold).record), now: 10),
                [.restored], "when the holder's is over")
            try expectEqual(try await probe.job("holder").unique, nil, "the holder's key")
            try expectEqual(
                try await probe.restore(.init(record: try probe.new("b", unique: over).record), now: 11),
                [.restored], "when its own is over")
            try await probe.expectState("b", .available)
            try expectEqual(try await probe.job("b").unique, nil, "its key")
            try expectEqual(try await probe.job("a").unique, hold, "whose it is now")
        },
        Case("a job that gave up its key, or holds none in its state, is in nobody's way") { probe in
            try await probe.add(try probe.new("holder", unique: hold))
            var scheduled = try probe.new("a", due: 9, unique: hold).record
            scheduled.unique?.states = [.running]
            try expectEqual(
                try await probe.restore(.init(record: scheduled), .init(record: try probe.new("b").record)),
                [.restored, .restored], "the answers")
            try expectEqual(try await probe.job("a"), scheduled, "the job")
        },
    ]

    /// Jobs that wait for the end of their key's holder.
    static let restoredFollowerCases: [Case] = [
        Case("a restored follower goes on waiting for its holder, and runs after it") { probe in
            let results = try await probe.restore(
                .init(record: try probe.new("holder", unique: lastHold).record), .init(record: try follower(probe)))
            try expectEqual(results, [.restored, .restored], "the answers")
            try expectEqual(try await probe.job("next"), try follower(probe), "the follower")
            let lease = try await probe.claimOne(now: 1)
            try expectEqual(lease.job.id.rawValue, "holder", "what runs first")
            try await probe.settle(lease, .success(result: nil), now: 2)
            try await probe.expectState("next", .available)
            try expectEqual(try await probe.job("next").unique, lastHold, "its key")
        },
        Case("a restored follower waits for a holder that was there before, in any state it waits or runs in") {
            probe in
            try await probe.add(try probe.new("holder", unique: lastHold))
            let lease = try await probe.claimOne()
            _ = try await probe.restore(.init(record: try follower(probe)))
            try await probe.settle(lease, .failure(StoreProbe.broken), now: 1)
            try await probe.expectState("next", .pending)
            try await probe.cancel("holder")
            try await probe.expectState("next", .available)
        },
        Case("a restored follower without a holder waits no longer") { probe in
            try expectEqual(
                try await probe.restore(.init(record: try follower(probe))), [.restored], "the answer")
            let next = try await probe.job("next")
            try expectEqual(next.state, .available, "its state")
            try expectEqual(next.unique, lastHold, "its key")
            try expectEqual(try await probe.claimOne(now: 3).job.id, next.id, "claimed")
        },
        Case("a restored follower without a holder, whose time is yet to come, is scheduled") { probe in
            _ = try await probe.restore(.init(record: try follower(probe, due: 50)), now: 1)
            try await probe.expectState("next", .scheduled)
            try expectEqual(try await probe.promote(now: 50).promoted, ["default": 1], "promoted")
        },
        Case("a restored follower yields to another follower, and to a holder that has ended with its key") { probe in
            _ = try await probe.restore(
                .init(record: try probe.new("holder", unique: lastHold).record), .init(record: try follower(probe)))
            var second = try follower(probe)
            second.id = try probe.id("second")
            try expectEqual(
                try await probe.restore(.init(record: second)), [.yielded(to: try probe.id("next"))],
                "behind another follower")
            let period = UniqueHold(
                key: "v", states: Set(JobState.allCases), until: probe.at(60), onConflict: .throttle)
            var ended = try probe.new("ended", unique: period).record
            ended.state = .completed
            ended.finishedAt = probe.at(1)
            var third = try follower(probe)
            third.id = try probe.id("third")
            third.unique?.key = "v+next"
            try expectEqual(
                try await probe.restore(.init(record: ended), .init(record: third)),
                [.restored, .yielded(to: ended.id)], "behind one that has ended")
        },
    ]

    /// `next` as it waits behind the holder of ``lastHold``.
    private static func follower(_ probe: StoreProbe, due: Double? = nil) throws -> JobRecord {
        var record = try probe.new("next", now: 0.5, due: due, unique: lastHold.following).record
        record.state = .pending
        return record
    }
}
