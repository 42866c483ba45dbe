import MainspringCore
import MainspringStore

extension StoreConformance {
    private static let hold = UniqueHold(key: "u", states: StoreProbe.unfinished, onConflict: .keepLast)

    /// Makes `holder`, lets it run, and inserts `next`, which waits for its end. The holder's lease.
    private static func follow(_ probe: StoreProbe, maxRescues: Int = 3, due: Double? = nil) async throws -> Lease {
        try await probe.add(try probe.new("holder", maxRescues: maxRescues, unique: hold))
        let lease = try await probe.claimOne()
        try await addFollower(probe, due: due)
        return lease
    }

    private static func addFollower(_ probe: StoreProbe, due: Double? = nil) async throws {
        let result = try await probe.insert(try probe.new("next", now: 0.5, due: due, arguments: "[1]", unique: hold))
        let next = try await probe.job("next")
        try expectEqual(result, .inserted(next), "the answer")
        try expectEqual(next.state, .pending, "its state")
        try expectEqual(next.unique, hold.following, "what it holds")
    }

    /// `next` has the key now, and leaves it when it ends.
    private static func expectFree(_ probe: StoreProbe) async throws {
        let next = try await probe.job("next")
        try expectEqual(next.state, .available, "the follower's state")
        try expectEqual(next.unique?.key, "u", "its key")
        try expectEqual(next.scheduledAt, probe.at(0.5), "since when it waits")
        let lease = try await probe.claimOne(nonce: "next", now: 20)
        try expectEqual(lease.job.id.rawValue, "next", "what runs then")
        try await addLater(probe, after: lease)
    }

    /// A follower of the follower.
    private static func addLater(_ probe: StoreProbe, after lease: Lease) async throws {
        guard case .inserted(let later) = try await probe.insert(try probe.new("later", now: 21, unique: hold)) else {
            throw ConformanceFailure("a third job follows the second")
        }
        try expectEqual(later.state, .pending, "the third")
        try await probe.settle(lease, .success(result: nil), now: 22)
        try await probe.expectState("later", .available)
    }

    static let keepLastCases: [Case] =
        ends.map { end in
            Case("keep_last: the newest job runs after \(end.name) of the one that ran") { probe in
                // The end claims the holder by itself, so the follower comes between by a second attempt.
                _ = try await follow(probe, maxRescues: 2)
                _ = try await probe.reclaim(now: 1)
                try await probe.expectState("next", .pending)
                try await end.body(probe)
                try expect(try await probe.job("holder").state.isFinal, "the holder has ended")
                try await expectFree(probe)
            }
        } + [
            Case("keep_last: a waiting holder takes over the newer job") { probe in
                try await probe.add(try probe.new("holder", unique: hold))
                let result = try await probe.insert(try probe.new("newer", now: 1, arguments: "[2]", unique: hold))
                try expectEqual(result, .replaced(try await probe.job("holder")), "the answer")
                try expectEqual(try await probe.job("holder").arguments, "[2]", "its arguments")
            },
            Case("keep_last: a job that waits for the holder's end is replaced by a newer one") { probe in
                let lease = try await follow(probe)
                for number in 2...4 {
                    let new = try probe.new("n\(number)", now: 5, arguments: "[\(number)]", tags: ["n"], unique: hold)
                    let result = try await probe.insert(new)
                    let next = try await probe.job("next")
                    try expectEqual(result, .replaced(next), "the answer")
                    try expectEqual(next.arguments, "[\(number)]", "its arguments")
                    try expectEqual(next.tags, ["n"], "its tags")
                    try expectEqual(next.state, .pending, "its state")
                }
                try await probe.settle(lease, .success(result: nil), now: 6)
                let next = try await probe.claimOne(nonce: "m", now: 7)
                try expectEqual(next.job.arguments, "[4]", "what runs then")
                try expectEqual(next.job.scheduledAt, probe.at(5), "since when it waited")
            },
            Case("keep_last: a follower for later waits for its time after the holder's end") { probe in
                let lease = try await follow(probe, due: 100)
                try await probe.settle(lease, .success(result: nil), now: 6)
                try await probe.expectState("next", .scheduled)
                try expectEqual(try await probe.promote(now: 99).nextDue, probe.at(100), "the next due")
                try expectEqual(try await probe.promote(now: 100).promoted, ["default": 1], "promoted")
                try expectEqual(try await probe.claimOne(nonce: "m").job.id.rawValue, "next", "what runs then")
            },
            Case("keep_last: a follower whose time has come meanwhile is available at once") { probe in
                let lease = try await follow(probe, due: 3)
                try expectEqual(try await probe.promote(now: 5), Promotion(), "promoted while it follows")
                try await probe.settle(lease, .success(result: nil), now: 6)
                try await probe.expectState("next", .available)
            },
            Case("keep_last: a follower waits through the holder's retries and rescues, and is replaced meanwhile") {
                probe in
                let lease = try await follow(probe)
                try await probe.settle(lease, .failure(StoreProbe.broken), now: 1)
                try await probe.expectState("next", .pending)
                let result = try await probe.insert(try probe.new("n", now: 1, arguments: "[2]", unique: hold))
                try expectEqual(result, .replaced(try await probe.job("next")), "a newer one while the holder waits")
                try expectEqual(try await probe.job("holder").arguments, "{}", "the holder's arguments")
                try await probe.retry("holder")
                try await probe.expectState("next", .pending)
                _ = try await probe.claimOne(nonce: "m", now: 3)
                _ = try await probe.reclaim(now: 4)
                try await probe.expectState("next", .pending)
                let last = try await probe.claimOne(nonce: "o", now: 5)
                try await probe.settle(last, .snoozed(.seconds(1)), now: 6)
                try await probe.expectState("next", .pending)
                _ = try await probe.promote(now: 8)
                try await probe.settle(try await probe.claimOne(nonce: "p", now: 8), .success(result: nil), now: 9)
                try await probe.expectState("next", .available)
                try expectEqual(try await probe.job("next").arguments, "[2]", "its arguments")
            },
            Case("keep_last: a follower is not handed out, not promoted, not retried") { probe in
                _ = try await follow(probe)
                try expectEqual(try await probe.claim(nonce: "m", now: 50), [], "claimed")
                try expectEqual(try await probe.promote(now: 50), Promotion(), "promoted")
                let next = try await probe.job("next")
                try expectEqual(try await probe.retry("next", now: 50), .notAllowed(next), "retried")
            },
            Case("keep_last: a cancelled follower makes room for another") { probe in
                let lease = try await follow(probe)
                try expectEqual(try await probe.cancel("next"), .cancelled(try await probe.job("next")), "the cancel")
                let result = try await probe.insert(try probe.new("other", now: 2, unique: hold))
                try expectEqual(result, .inserted(try await probe.job("other")), "another")
                try await probe.settle(lease, .success(result: nil), now: 3)
                try await probe.expectState("other", .available)
                try await probe.expectState("next", .cancelled)
            },
            Case("keep_last: a cancelled follower is not retried beside the holder") { probe in
                let lease = try await follow(probe)
                try await probe.cancel("next")
                try expectEqual(try await probe.retry("next"), .duplicate(of: lease.job.id), "while the holder runs")
                try await probe.settle(lease, .success(result: nil), now: 3)
                let retried = try await probe.retry("next", now: 4)
                try expectEqual(retried, .retried(try await probe.job("next")), "after its end")
                let again = try await probe.insert(try probe.new("newer", now: 5, unique: hold))
                try expectEqual(again, .replaced(try await probe.job("next")), "it holds the key")
            },
            Case("keep_last: the follower waits for a holder with another rule, and for one that another replaced") {
                probe in
                for (name, rule) in [("p", UniqueConflict.reject), ("q", .throttle)] {
                    let until = rule == .throttle ? probe.at(60) : nil
                    let states = rule == .throttle ? Set(JobState.allCases) : StoreProbe.unfinished
                    let other = UniqueHold(key: name, states: states, until: until, onConflict: rule)
                    try await probe.add(try probe.new("holder-\(name)", unique: other))
                    let lease = try await probe.claimOne(nonce: name)
                    var mine = hold
                    mine.key = name
                    _ = try await probe.insert(try probe.new("next-\(name)", now: 1, unique: mine))
                    try await probe.expectState("next-\(name)", .pending)
                    try await probe.settle(lease, .success(result: nil), now: 2)
                    try await probe.expectState("next-\(name)", .available)
                    try await probe.cancel("next-\(name)")
                }
                let lease = try await follow(probe)
                try await probe.settle(lease, .interrupted, now: 1)
                var replacing = hold
                replacing.onConflict = .replace
                let result = try await probe.insert(try probe.new("r", now: 2, unique: replacing))
                try expectEqual(result, .replaced(try await probe.job("holder")), "one that replaces the holder")
                let last = try await probe.claimOne(nonce: "m", now: 3)
                try await probe.settle(last, .success(result: nil), now: 4)
                try await expectFree(probe)
            },
            Case("keep_last: no follower when the holder has ended and keeps its key for a period") { probe in
                let held = UniqueHold(
                    key: "u", states: Set(JobState.allCases), until: probe.at(60), onConflict: .throttle)
                try await bring(probe, to: .completed, holding: held)
                let holder = try await probe.job("holder")
                let result = try await probe.insert(try probe.new("b", now: 2, unique: hold))
                try expectEqual(result, .duplicate(holder), "the answer")
                try await probe.add(try probe.new("b", now: 60, unique: hold))
            },
        ]
}
