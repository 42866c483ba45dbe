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
                try expectEqual(lease.job, try await probe.job(lease.job.id.rawValue), "the job")
                try expectEqual(lease.job.state, .running, "its state")
                try expectEqual(lease.job.node, "alice", "its node")
                try expectEqual(lease.job.startedAt, probe.at(5), "its start")
                try expectEqual(lease.job.attempt, 0, "its used attempts")
                let running = [AttemptRecord(number: 1, node: "alice", startedAt: probe.at(5))]
                try expectEqual(try await probe.attempts(lease.job.id.rawValue), running, "its attempts")
            }
            try expectEqual(try await probe.claim().count, 0, "claimed again")
        },
        Case("a new attempt of the same job has a new token, and tells nothing of the one before") { probe in
            try await probe.add(try probe.new("a"))
            let first = try await probe.claimOne(nonce: "x")
            _ = try await probe.report(first, progress: JobProgress(fraction: 0.5, message: "half"))
            try await probe.settle(first, .interrupted, now: 1)
            try expectEqual(try await probe.job("a").progress?.fraction, 0.5, "the progress of the last attempt")
            let second = try await probe.claimOne(nonce: "y", now: 2)
            try expect(first.token != second.token, "the token is new")
            try expectEqual(second.job.progress, nil, "the progress")
            try expectEqual(second.job.heartbeatAt, nil, "the sign of life")
        },
        Case("a claim takes no more than was asked for of each queue") { probe in
            for queue in ["p", "q"] {
                for number in 0..<5 { try await probe.add(try probe.new("\(queue)\(number)", queue: queue)) }
            }
            var request = probe.request()
            request.demand = ["p": 2, "q": 3, "empty": 4, "none": 0, "less": -1]
            let leases = try await probe.store.claim(request)
            let names = leases.map(\.job.id.rawValue).sorted()
            try expectEqual(names, ["p0", "p1", "q0", "q1", "q2"], "claimed")
        },
        Case("a claim over several queues answers the smallest rank first") { probe in
            try await probe.add(
                try probe.new("p1", queue: "p", now: 1), try probe.new("q0", queue: "q", now: 0),
                try probe.new("p3", queue: "p", now: 3), try probe.new("q2", queue: "q", now: 2))
            var request = probe.request()
            request.demand = ["p": 9, "q": 9]
            let names = try await probe.store.claim(request).map(\.job.id.rawValue)
            try expectEqual(names, ["q0", "p1", "q2", "p3"], "the order")
        },
        Case("jobs of kinds that are not asked for stay where they are") { probe in
            try await probe.add(try probe.new("a", kind: "odd"), try probe.new("b"), try probe.new("c", kind: "odd"))
            try expectEqual(try await probe.claim(1).map(\.job.id.rawValue), ["b"], "claimed")
            try expectEqual(try await probe.claim(kinds: [:]).count, 0, "claimed without kinds")
            try expectEqual(
                try await probe.claim(kinds: ["odd": 1, "it's": 1], nonce: "m").map(\.job.id.rawValue), ["a", "c"],
                "claimed later")
        },
        Case("jobs of newer versions than the node knows stay where they are, older ones are handed out") { probe in
            try await probe.add(
                try probe.new("v3", version: 3), try probe.new("v1", version: 1), try probe.new("v2", version: 2))
            let known = try await probe.claim(kinds: ["scan": 2], nonce: "x").map(\.job.id.rawValue)
            try expectEqual(known, ["v1", "v2"], "claimed by a node that knows version 2")
            let newest = try await probe.claim(kinds: ["scan": 3], nonce: "y").map(\.job.id.rawValue)
            try expectEqual(newest, ["v3"], "claimed by one that knows version 3")
        },
        Case("a claim looks past a long front of jobs that the node cannot run") { probe in
            let front = try (0..<500).map {
                [try probe.new("odd\($0)", kind: $0 % 2 == 0 ? "odd" : "scan", version: 2)]
            }
            _ = try await probe.store.insert(front, now: probe.at(0))
            try await probe.add(try probe.new("mine", now: 1))
            try expectEqual(try await probe.claim(1).map(\.job.id.rawValue), ["mine"], "claimed")
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
            let none = try await probe.promote(now: 9.999, limit: 10)
            try expectEqual(none, Promotion(promoted: [:], nextDue: probe.at(10)), "too early")
            let two = try await probe.promote(now: 100, limit: 2)
            try expectEqual(
                two, Promotion(promoted: ["default": 1, "other": 1], nextDue: probe.at(30)), "two of three")
            try await probe.expectState("a", .available)
            try expectEqual(try await probe.job("a").scheduledAt, probe.at(10), "available since")
            let last = try await probe.promote(now: 30, limit: 2)
            try expectEqual(last, Promotion(promoted: ["default": 1], nextDue: nil), "the last, at its very time")
            try expectEqual(try await probe.claim(now: 100).map(\.job.id.rawValue), ["a", "c"], "claimed")
        },
        Case("a promotion takes jobs that failed and jobs that snoozed, in order of their times") { probe in
            try await probe.add(try probe.new("failed"), try probe.new("snoozed"), try probe.new("later", due: 1.5))
            let leases = try await probe.claim()
            try await probe.settle(leases[0], .failure(StoreProbe.broken), now: 1)
            try await probe.settle(leases[1], .snoozed(.milliseconds(250)), now: 1)
            let names = ["snoozed", "later", "failed"]
            for (name, state) in zip(names, [JobState.scheduled, .scheduled, .retryable]) {
                try await probe.expectState(name, state)
                try expectEqual(try await probe.promote(now: 60, limit: 1).promoted, ["default": 1], "promoted")
                try await probe.expectState(name, .available)
            }
            try expectEqual(try await probe.claim(nonce: "m").map(\.job.id.rawValue), names, "the order")
            try expectEqual(try await probe.promote(now: 60, limit: 0), Promotion(), "a limit of nothing")
        },
        Case("a job whose time is over is handed out all the same: its node ends it") { probe in
            try await probe.add(try probe.new("a", deadline: 1))
            try expectEqual(try await probe.claimOne(now: 50).job.deadline, probe.at(1), "its deadline")
        },
    ]
}
