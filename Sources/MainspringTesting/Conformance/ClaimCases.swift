import MainspringCore
import MainspringStore

extension StoreConformance {
    static let claimCases: [Case] = [
        Case("a lease carries the job as it is now, and a token of its own") { probe in
            try await probe.add(try probe.new("a"), try probe.new("b"))
            let leases = try await probe.claim(nonce: "x", now: 5, lease: 30)
            try expectEqual(leases.map(\.job.id.rawValue), ["a", "b"], "the jobs")
            try expectEqual(Set(leases.map(\.token)).count, 2, "their tokens")
            for lease in leases {
                try expectEqual(lease.expiresAt, probe.at(35), "the lease's end")
                try expectEqual(lease.job, try await probe.job(lease.job.id.rawValue), "the job")
                try expectEqual(lease.job.state, .running, "its state")
                try expectEqual(lease.job.node, "alice", "its node")
                try expectEqual(lease.job.startedAt, probe.at(5), "its start")
                try expectEqual(lease.job.attempt, 0, "its used attempts")
                let attempts = try await probe.store.attempts(of: lease.job.id)
                try expectEqual(
                    attempts, [AttemptRecord(number: 1, node: "alice", startedAt: probe.at(5))], "its attempts")
            }
            try expectEqual(try await probe.claim().count, 0, "claimed again")
        },
        Case("a new attempt of the same job has a new token") { probe in
            try await probe.add(try probe.new("a"))
            let first = try await probe.claimOne(nonce: "x")
            try await probe.settle(first, .interrupted, now: 1)
            let second = try await probe.claimOne(nonce: "y", now: 2)
            try expect(first.token != second.token, "the token is new")
        },
        Case("a claim takes no more than was asked for of each queue") { probe in
            for queue in ["p", "q"] {
                for number in 0..<5 { try await probe.add(try probe.new("\(queue)\(number)", queue: queue)) }
            }
            let request = ClaimRequest(
                owner: StoreProbe.alice, demand: ["p": 2, "q": 3, "empty": 4, "none": 0], kinds: ["scan"], nonce: "x",
                now: probe.at(0), leaseUntil: probe.at(60))
            let leases = try await probe.store.claim(request)
            let names = leases.map(\.job.id.rawValue).sorted()
            try expectEqual(names, ["p0", "p1", "q0", "q1", "q2"], "claimed")
        },
        Case("jobs of kinds that are not asked for stay where they are") { probe in
            try await probe.add(try probe.new("a", kind: "odd"), try probe.new("b"), try probe.new("c", kind: "odd"))
            try expectEqual(try await probe.claim(1).map(\.job.id.rawValue), ["b"], "claimed")
            try expectEqual(try await probe.claim(kinds: []).count, 0, "claimed without kinds")
            try expectEqual(
                try await probe.claim(kinds: ["odd", "it's"], nonce: "m").map(\.job.id.rawValue), ["a", "c"],
                "claimed later")
        },
        Case("priority is a head start: it overtakes by so much and no more") { probe in
            try await probe.add(
                try probe.new("normal0", now: 0), try probe.new("low0", now: 0, priority: .low),
                try probe.new("normal119", now: 119), try probe.new("high119", now: 119, priority: .high),
                try probe.new("high121", now: 121, priority: .high), try probe.new("normal121", now: 121),
                try probe.new("critical600", now: 600, priority: .critical))
            let order = try await probe.claim(now: 700).map(\.job.id.rawValue)
            try expectEqual(
                order, ["high119", "normal0", "critical600", "high121", "normal119", "low0", "normal121"], "the order")
        },
        Case("equal ranks leave in the order in which they came") { probe in
            for number in 0..<20 { try await probe.add(try probe.new("j\(number)")) }
            let order =
                try await probe.claim(7).map(\.job.id.rawValue)
                + (try await probe.claim(nonce: "m").map(\.job.id.rawValue))
            try expectEqual(order, (0..<20).map { "j\($0)" }, "the order")
        },
        Case("a paused queue takes jobs and hands out none") { probe in
            try await probe.store.setPaused(true, queue: "default")
            try await probe.store.setPaused(true, queue: "never used")
            try await probe.add(try probe.new("a"), try probe.new("b", queue: "other"))
            try expectEqual(try await probe.claim().count, 0, "claimed while paused")
            try expectEqual(try await probe.claim(queue: "other").count, 1, "claimed of another queue")
            let paused = try await probe.store.queues().filter(\.isPaused).map(\.name)
            try expectEqual(paused, ["default", "never used"], "the paused queues")
            try await probe.store.setPaused(false, queue: "default")
            try expectEqual(try await probe.claim().count, 1, "claimed afterwards")
        },
        Case("scheduled jobs are handed out only after their promotion, longest due first") { probe in
            try await probe.add(
                try probe.new("c", due: 30), try probe.new("a", due: 10), try probe.new("b", queue: "other", due: 20))
            try expectEqual(try await probe.claim(now: 100).count, 0, "claimed before")
            let none = try await probe.store.promote(now: probe.at(9.999), limit: 10)
            try expectEqual(none, Promotion(promoted: [:], nextDue: probe.at(10)), "too early")
            let two = try await probe.store.promote(now: probe.at(100), limit: 2)
            try expectEqual(
                two, Promotion(promoted: ["default": 1, "other": 1], nextDue: probe.at(30)), "two of three")
            try await probe.expectState("a", .available)
            try expectEqual(try await probe.job("a").scheduledAt, probe.at(10), "available since")
            let last = try await probe.store.promote(now: probe.at(30), limit: 2)
            try expectEqual(last, Promotion(promoted: ["default": 1], nextDue: nil), "the last, at its very time")
            try expectEqual(try await probe.claim(now: 100).map(\.job.id.rawValue), ["a", "c"], "claimed")
        },
    ]
}
