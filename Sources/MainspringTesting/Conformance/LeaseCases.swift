import MainspringCore
import MainspringStore

extension StoreConformance {
    static let leaseCases: [Case] = [
        Case("a renewal moves the end of leases that hold, and tells which are lost or asked to cancel") { probe in
            try await probe.add(try probe.new("a"), try probe.new("b"), try probe.new("c"))
            let leases = try await probe.claim(lease: 10)
            _ = try await probe.store.cancel([probe.id("b")], now: probe.at(1))
            try await probe.settle(leases[2], .success(result: nil), now: 1)
            let renewal = try await probe.store.renew(leases.map(\.token), until: probe.at(100))
            try expectEqual(
                renewal, Renewal(lost: [leases[2].token], cancelRequested: [leases[1].token]), "the renewal")
            let tooEarly = try await probe.store.reclaim(owner: StoreProbe.bob, now: probe.at(100), limit: 10)
            try expectEqual(tooEarly, [], "reclaimed before the new end")
            let late = try await probe.store.reclaim(owner: StoreProbe.bob, now: probe.at(100.000001), limit: 10)
            try expectEqual(late.map(\.id.rawValue), ["a", "b"], "reclaimed after it")
        },
        Case("an expired lease holds until somebody takes the job back") { probe in
            try await probe.add(try probe.new("a"))
            let lease = try await probe.claimOne(lease: 10)
            try expectEqual(try await probe.store.renew([lease.token], until: probe.at(99)), Renewal(), "renewed late")
            try await probe.settle(lease, .success(result: nil), now: 50)
        },
        Case("a node takes back the jobs of its earlier lives at once, and none of its own") { probe in
            try await probe.add(try probe.new("a"), try probe.new("b"))
            let old = try await probe.claim(1, by: StoreProbe.alice, nonce: "x", now: 1, lease: 3600)
            let own = try await probe.claim(1, by: StoreProbe.aliceAgain, nonce: "y", now: 2, lease: 1)
            let reclaimed = try await probe.store.reclaim(owner: StoreProbe.aliceAgain, now: probe.at(100), limit: 10)
            try expectEqual(
                reclaimed, [ReclaimedJob(id: old[0].job.id, kind: "scan", queue: "default", state: .available)],
                "reclaimed")
            let job = try await probe.job("a")
            try expectEqual(job.attempt, 0, "used attempts")
            try expectEqual(job.rescues, 1, "rescues")
            try expectEqual(job.node, nil, "the node")
            try expectEqual(job.scheduledAt, probe.at(0), "waiting since")
            let cut = AttemptRecord(
                number: 1, node: "alice", startedAt: probe.at(1), finishedAt: probe.at(100), outcome: .interrupted)
            try expectEqual(try await probe.store.attempts(of: job.id), [cut], "the history")
            try await probe.settle(own[0], .success(result: nil), now: 101)
        },
        Case("the clock's jump takes no job from its living owner") { probe in
            try await probe.add(try probe.new("a"))
            let lease = try await probe.claimOne(lease: 60)
            for jump in [3600.0, -3600.0] {
                let reclaimed = try await probe.store.reclaim(owner: StoreProbe.alice, now: probe.at(jump), limit: 10)
                try expectEqual(reclaimed, [], "reclaimed after a jump of \(jump) s")
            }
            try await probe.settle(lease, .success(result: nil), now: 1)
        },
        Case("other nodes' jobs come back only after their lease") { probe in
            try await probe.add(try probe.new("a"))
            _ = try await probe.claimOne(by: StoreProbe.alice, lease: 60)
            try expectEqual(
                try await probe.store.reclaim(owner: StoreProbe.bob, now: probe.at(60), limit: 10), [], "at its end")
            try expectEqual(
                try await probe.store.reclaim(owner: StoreProbe.bob, now: probe.at(61), limit: 10).count, 1, "after it")
            try expectEqual(
                try await probe.store.reclaim(owner: StoreProbe.bob, now: probe.at(62), limit: 10), [], "again")
        },
        Case("a job that was asked to cancel and lost its owner is cancelled") { probe in
            try await probe.add(try probe.new("a"))
            _ = try await probe.claimOne()
            _ = try await probe.store.cancel([probe.id("a")], now: probe.at(1))
            let reclaimed = try await probe.store.reclaim(owner: StoreProbe.aliceAgain, now: probe.at(2), limit: 10)
            try expectEqual(reclaimed.map(\.state), [.cancelled], "reclaimed")
            let job = try await probe.job("a")
            try expectEqual(job.state, .cancelled, "the state")
            try expectEqual(job.finishedAt, probe.at(2), "the end")
            try expectEqual(job.rescues, 1, "rescues")
        },
        Case("a reclaim takes at most its limit, oldest jobs first") { probe in
            for number in 0..<5 { try await probe.add(try probe.new("j\(number)")) }
            _ = try await probe.claim()
            let first = try await probe.store.reclaim(owner: StoreProbe.aliceAgain, now: probe.at(1), limit: 3)
            try expectEqual(first.map(\.id.rawValue), ["j0", "j1", "j2"], "the first")
            let rest = try await probe.store.reclaim(owner: StoreProbe.aliceAgain, now: probe.at(1), limit: 3)
            try expectEqual(rest.map(\.id.rawValue), ["j3", "j4"], "the rest")
            try expectEqual(
                try await probe.claim(nonce: "m").map(\.job.id.rawValue), (0..<5).map { "j\($0)" }, "their old places")
        },
    ]
}
