import MainspringCore
import MainspringStore

extension StoreConformance {
    static let reclaimCases: [Case] = [
        Case("jobs whose owner is no live node come back at once, those of a live one stay") { probe in
            try await probe.add(try probe.new("a"), try probe.new("b"))
            let old = try await probe.claim(1, by: StoreProbe.alice, nonce: "x", now: 1, lease: 36_000)
            try await probe.beat(StoreProbe.aliceAgain)
            let own = try await probe.claim(1, by: StoreProbe.aliceAgain, nonce: "y", now: 2, lease: 60)
            try expectEqual(
                try await probe.reclaim(now: 100),
                [ReclaimedJob(id: old[0].job.id, kind: "scan", queue: "default", state: .available)], "reclaimed")
            let job = try await probe.job("a")
            try expectEqual(job.state, .available, "the state")
            try expectEqual(job.attempt, 0, "used attempts")
            try expectEqual(job.rescues, 1, "rescues")
            try expectEqual(job.node, nil, "the node")
            try expectEqual(job.scheduledAt, probe.at(0), "waiting since")
            try expectEqual(job.finishedAt, nil, "the end")
            let cut = AttemptRecord(
                number: 1, node: "alice", startedAt: probe.at(1), finishedAt: probe.at(100), outcome: .interrupted)
            try expectEqual(try await probe.attempts("a"), [cut], "the history")
            try await probe.settle(own[0], .success(result: nil), now: 101)
        },
        Case("a live node keeps a job whose lease it renews, and loses one whose lease is over") { probe in
            try await probe.beat(StoreProbe.alice)
            try await probe.add(try probe.new("a"), try probe.new("b"))
            let leases = try await probe.claim(lease: 60)
            for _ in 0..<10 {
                try await probe.advance(50)
                _ = try await probe.store.renew([leases[0].token], lease: .seconds(60))
            }
            try expectEqual(try await probe.reclaim(now: 1).map(\.id.rawValue), ["b"], "reclaimed")
            try expectEqual(try await probe.reclaim(now: 2), [], "again")
            try await probe.settle(leases[0], .success(result: nil), now: 3)
        },
        Case("a node that left, was found dead or beats no more is no live owner") { probe in
            for (name, end) in [
                ("left", { try await $0.store.leave(StoreProbe.alice) }),
                ("found dead", { _ = try await $0.beat(StoreProbe.bob, gone: [StoreProbe.alice]) }),
                ("silent", { try await $0.advance(61) }),
            ] as [(String, (StoreProbe) async throws -> Void)] {
                try await probe.beat(StoreProbe.alice, lease: 60)
                try await probe.add(try probe.new("job"))
                let lease = try await probe.claimOne(nonce: name, lease: 36_000)
                try expectEqual(try await probe.reclaim(now: 1), [], "reclaimed before it \(name)")
                try await end(probe)
                try expectEqual(
                    try await probe.reclaim(now: 2).map(\.id.rawValue), ["job"], "reclaimed once it \(name)")
                try expectEqual(
                    try await probe.store.settle([probe.settlement(lease, .success(result: nil), now: 3)]), [.stale],
                    "settled by the one that is \(name)")
                try await probe.cancel("job", now: 4)
                _ = try await probe.prune([.cancelled: 5])
            }
        },
        Case("what the cut attempt had reported survives in its history") { probe in
            try await probe.add(try probe.new("a"))
            let first = try await probe.claimOne(nonce: "x", now: 1)
            let said = AttemptOutput(standardOutput: [1, 2], standardError: [3], droppedBytes: 4)
            _ = try await probe.report(first, progress: JobProgress(fraction: 0.75), output: said, now: 2)
            _ = try await probe.reclaim(now: 3)
            try expectEqual(try await probe.job("a").progress?.fraction, 0.75, "the last attempt's progress")
            let log = AttemptLog(number: 1, startedAt: probe.at(1), output: said)
            try expectEqual(try await probe.store.outputs(of: probe.id("a")), [log], "the output")
            let second = try await probe.claimOne(nonce: "y", now: 4)
            _ = try await probe.report(second, output: AttemptOutput(standardOutput: [9]), now: 5)
            try expectEqual(
                try await probe.store.outputs(of: probe.id("a")),
                [log, AttemptLog(number: 1, startedAt: probe.at(4), output: AttemptOutput(standardOutput: [9]))],
                "the outputs while it runs again")
        },
        Case("a job that was asked to cancel and lost its owner is cancelled") { probe in
            try await probe.add(try probe.new("a"))
            _ = try await probe.claimOne()
            try await probe.cancel("a")
            try expectEqual(try await probe.reclaim(now: 2).map(\.state), [.cancelled], "reclaimed")
            let job = try await probe.job("a")
            try expectEqual(job.state, .cancelled, "the state")
            try expectEqual(job.finishedAt, probe.at(2), "the end")
            try expectEqual(job.rescues, 1, "rescues")
            try expectEqual(job.error, nil, "the error")
            try expectEqual(try await probe.attempts("a").map(\.outcome), [.interrupted], "the history")
        },
        Case("a job that outlived too many owners is discarded, with its history") { probe in
            try await probe.add(try probe.new("a", maxAttempts: 1, maxRescues: 2))
            for rescue in 1...2 {
                _ = try await probe.claimOne(nonce: "r\(rescue)", now: Double(rescue))
                try expectEqual(try await probe.reclaim(now: 5).map(\.state), [.available], "rescue \(rescue)")
            }
            _ = try await probe.claimOne(nonce: "last", now: 6)
            let last = try await probe.reclaim(now: 7)
            try expectEqual(
                last, [ReclaimedJob(id: try probe.id("a"), kind: "scan", queue: "default", state: .discarded)],
                "the last")
            let job = try await probe.job("a")
            try expectEqual(job.state, .discarded, "the state")
            try expectEqual(job.rescues, 3, "rescues")
            try expectEqual(job.attempt, 0, "used attempts")
            try expectEqual(job.finishedAt, probe.at(7), "the end")
            try expectEqual(job.error?.code, "too_many_rescues", "the error")
            let attempts = try await probe.attempts("a")
            try expectEqual(attempts.map(\.outcome), [.interrupted, .interrupted, .interrupted], "the history")
            try expectEqual(attempts.map(\.error), [nil, nil, job.error], "its errors")
            _ = try await probe.retry("a", now: 8)
            try expectEqual(try await probe.job("a").maxRescues, 4, "a retry leaves one rescue")
            _ = try await probe.claimOne(nonce: "again", now: 9)
            try expectEqual(try await probe.reclaim(now: 10).map(\.state), [.available], "the rescue after a retry")
        },
        Case("a job that may not be rescued at all is discarded at its first owner's death") { probe in
            try await probe.add(try probe.new("a", maxRescues: 0))
            _ = try await probe.claimOne()
            try expectEqual(try await probe.reclaim(now: 1).map(\.state), [.discarded], "reclaimed")
        },
        Case("a reclaim takes at most its limit, oldest jobs first, and they get their old places") { probe in
            for number in 0..<5 { try await probe.add(try probe.new("j\(number)")) }
            _ = try await probe.claim()
            try expectEqual(try await probe.reclaim(now: 1, limit: 0), [], "a limit of nothing")
            let first = try await probe.reclaim(now: 1, limit: 3)
            try expectEqual(first.map(\.id.rawValue), ["j0", "j1", "j2"], "the first")
            let rest = try await probe.reclaim(now: 1, limit: 3)
            try expectEqual(rest.map(\.id.rawValue), ["j3", "j4"], "the rest")
            try expectEqual(
                try await probe.claim(nonce: "m").map(\.job.id.rawValue), (0..<5).map { "j\($0)" }, "their old places")
        },
    ]
}
