import MainspringCore
import MainspringStore

extension StoreConformance {
    static let settleCases: [Case] = [
        Case("a success ends the job with its result and its history") { probe in
            try await probe.add(try probe.new("a"))
            let lease = try await probe.claimOne(now: 1)
            let output = AttemptOutput(standardOutput: [0, 255, 10], standardError: [65], droppedBytes: 3)
            let settlement = probe.settlement(lease, .success(result: #"{"y":2}"#), now: 4, output: output)
            try expectEqual(try await probe.store.settle([settlement]), [.settled(.completed)], "the answer")
            let job = try await probe.job("a")
            try expectEqual(job.state, .completed, "the state")
            try expectEqual(job.attempt, 1, "used attempts")
            try expectEqual(job.result, #"{"y":2}"#, "the result")
            try expectEqual(job.finishedAt, probe.at(4), "the end")
            try expectEqual(job.node, nil, "the node")
            try expectEqual(try await probe.attempts("a"), [settlement.attempt], "the history")
            let logs = try await probe.store.outputs(of: job.id)
            try expectEqual(logs, [AttemptLog(number: 1, startedAt: probe.at(1), output: output)], "the output")
        },
        Case("an attempt settles once: the second answer is stale and changes nothing") { probe in
            try await probe.add(try probe.new("a"), try probe.new("b"))
            let leases = try await probe.claim()
            let first = probe.settlement(leases[0], .success(result: "1"), now: 1)
            let again = probe.settlement(leases[0], .failure(StoreProbe.broken), now: 2)
            let other = probe.settlement(leases[1], .success(result: "2"), now: 2)
            try expectEqual(
                try await probe.store.settle([first, again, other]),
                [.settled(.completed), .stale, .settled(.completed)],
                "in one batch")
            try expectEqual(try await probe.store.settle([again]), [.stale], "later")
            try expectEqual(try await probe.job("a").result, "1", "the result")
            try expectEqual(try await probe.attempts("a").count, 1, "the history's length")
        },
        Case("a token that no longer holds settles nothing") { probe in
            try await probe.add(try probe.new("a"))
            let old = try await probe.claimOne(nonce: "x")
            _ = try await probe.reclaim(now: 1)
            try expectEqual(
                try await probe.store.settle([probe.settlement(old, .success(result: nil), now: 2)]), [.stale],
                "while it waits")
            let new = try await probe.claimOne(by: StoreProbe.aliceAgain, nonce: "y", now: 3)
            try expectEqual(
                try await probe.store.settle([probe.settlement(old, .success(result: nil), now: 4)]), [.stale],
                "while it runs again")
            try await probe.expectState("a", .running)
            let renewal = try await probe.store.renew([old.token], lease: .seconds(99))
            try expectEqual(renewal, Renewal(lost: [old.token]), "renewing the old one")
            try await probe.settle(new, .success(result: nil), now: 5)
            for nonsense in ["", "n", ".", "n.", "n.1.2", "n.99", "n.-1", "'; --"] {
                var settlement = probe.settlement(new, .success(result: nil), now: 6)
                settlement.token = AttemptToken(rawValue: nonsense)
                try expectEqual(try await probe.store.settle([settlement]), [.stale], "the token \(nonsense)")
            }
        },
        Case("a settlement names its job: another job's token does not do") { probe in
            try await probe.add(try probe.new("a"), try probe.new("b"))
            let leases = try await probe.claim()
            var crossed = probe.settlement(leases[0], .success(result: nil), now: 1)
            crossed.token = leases[1].token
            try expectEqual(try await probe.store.settle([crossed]), [.stale], "the crossed one")
            try await probe.expectState("a", .running)
            try await probe.expectState("b", .running)
        },
        Case("failures use attempts until none is left") { probe in
            try await probe.add(try probe.new("a", maxAttempts: 2))
            try await probe.settle(try await probe.claimOne(now: 1), .failure(StoreProbe.broken), now: 2)
            let waiting = try await probe.job("a")
            try expectEqual(waiting.state, .retryable, "the state after the first")
            try expectEqual(waiting.attempt, 1, "used attempts")
            try expectEqual(waiting.error, StoreProbe.broken, "the error")
            try expectEqual(waiting.finishedAt, nil, "the end")
            try expect(
                waiting.scheduledAt > probe.at(2) && waiting.scheduledAt <= probe.at(3), "it waits for its delay")
            _ = try await probe.promote(now: 3)
            let timeout = JobFailure(code: "timeout", message: "too slow")
            try await probe.settle(try await probe.claimOne(now: 4), .timeout(timeout), now: 5)
            let dead = try await probe.job("a")
            try expectEqual(dead.state, .discarded, "the state after the second")
            try expectEqual(dead.error, timeout, "the error, without the first one's detail")
            try expectEqual(dead.finishedAt, probe.at(5), "the end")
            let attempts = try await probe.attempts("a")
            try expectEqual(attempts.map(\.number), [1, 2], "the attempts")
            try expectEqual(attempts.map(\.outcome), [.failure, .timeout], "their outcomes")
            try expectEqual(attempts.map(\.error), [StoreProbe.broken, timeout], "their errors")
        },
        Case("an interruption uses no attempt and keeps the job's place") { probe in
            try await probe.add(try probe.new("a"), try probe.new("b"), try probe.new("c"))
            let lease = try await probe.claim(1)[0]
            try await probe.settle(lease, .interrupted, now: 100)
            let job = try await probe.job("a")
            try expectEqual(job.attempt, 0, "used attempts")
            try expectEqual(job.rescues, 0, "rescues")
            try expectEqual(job.scheduledAt, probe.at(0), "waiting since")
            try expectEqual(
                try await probe.claim(nonce: "m", now: 101).map(\.job.id.rawValue), ["a", "b", "c"], "the order")
            let attempts = try await probe.attempts(job.id.rawValue)
            try expectEqual(attempts.map(\.number), [1, 1], "the attempts share their number")
            try expectEqual(attempts.map(\.outcome), [.interrupted, nil], "their outcomes")
        },
        Case("a snooze waits, counts as a snooze, and uses no attempt") { probe in
            try await probe.add(try probe.new("a"))
            try await probe.settle(try await probe.claimOne(), .snoozed(.seconds(30)), now: 1)
            let job = try await probe.job("a")
            try expectEqual(job.state, .scheduled, "the state")
            try expectEqual(job.snoozes, 1, "snoozes")
            try expectEqual(job.attempt, 0, "used attempts")
            try expectEqual(job.scheduledAt, probe.at(31), "when it comes back")
            try expectEqual(try await probe.promote(now: 0).nextDue, probe.at(31), "the next due")
            try expectEqual(try await probe.attempts(job.id.rawValue).map(\.outcome), [.snoozed], "the history")
        },
        Case("a running job that was asked to cancel does not wait again") { probe in
            for (name, outcome) in [
                ("a", JobOutcome.failure(StoreProbe.broken)), ("b", .snoozed(.seconds(5))), ("c", .interrupted),
            ] {
                try await probe.add(try probe.new(name))
                let lease = try await probe.claimOne(nonce: name)
                try await probe.cancel(name)
                // Decided before the worker heard of the cancel.
                try await probe.settle(lease, outcome, now: 2, to: .cancelled)
                let job = try await probe.job(name)
                try expectEqual(job.state, .cancelled, "the state after \(outcome.name)")
                try expectEqual(job.finishedAt, probe.at(2), "the end after \(outcome.name)")
                try expectEqual(
                    try await probe.attempts(job.id.rawValue).map(\.outcome), [outcome.name], "the history")
            }
        },
        Case("a running job that was asked to cancel may still succeed") { probe in
            try await probe.add(try probe.new("a"))
            let lease = try await probe.claimOne()
            try await probe.cancel("a")
            try await probe.settle(lease, .success(result: "1"), now: 2)
            try await probe.expectState("a", .completed)
        },
        Case("a state that no running job can have is refused, and nothing of the step is written") { probe in
            try await probe.add(try probe.new("a"), try probe.new("b"))
            let leases = try await probe.claim()
            try await probe.add(try probe.new("c"))
            for state in JobState.allCases where !JobState.running.canBecome(state) {
                var wrong = probe.settlement(leases[1], .success(result: nil), now: 1)
                wrong.nextState = state
                let good = probe.settlement(leases[0], .success(result: nil), now: 1)
                let answer = try? await probe.store.exchange([good, wrong], claiming: probe.request(nonce: "m"))
                try expect(answer == nil, "running cannot become \(state.rawValue)")
                try await probe.expectState("a", .running)
                try await probe.expectState("c", .available)
            }
        },
        Case("a settlement decides the job's place anew: by its time and its priority") { probe in
            try await probe.add(try probe.new("a"), try probe.new("b", now: 1), try probe.new("c", now: 2))
            let lease = try await probe.claim(1)[0]
            var settlement = probe.settlement(lease, .interrupted, now: 5)
            settlement.priority = .low
            _ = try await probe.store.settle([settlement])
            try expectEqual(try await probe.job("a").priority, .low, "its priority")
            try expectEqual(
                try await probe.claim(nonce: "m", now: 6).map(\.job.id.rawValue), ["b", "c", "a"], "the order")
        },
        Case("a failed attempt keeps its output, and its result is nothing") { probe in
            try await probe.add(try probe.new("a"))
            let output = AttemptOutput(standardError: [69, 114, 114], droppedBytes: 9)
            let failed = probe.settlement(
                try await probe.claimOne(), .failure(StoreProbe.broken), now: 1, output: output)
            _ = try await probe.store.settle([failed])
            _ = try await probe.retry("a")
            try await probe.settle(try await probe.claimOne(nonce: "m", now: 3), .success(result: "2"), now: 4)
            let logs = try await probe.store.outputs(of: probe.id("a"))
            try expectEqual(logs, [AttemptLog(number: 1, startedAt: probe.at(0), output: output)], "the output")
            try expectEqual(try await probe.job("a").result, "2", "the result")
            try expectEqual(try await probe.job("a").error, StoreProbe.broken, "the error of the failed one")
        },
        Case("an attempt that wrote more than was kept of it, and nothing else, is told") { probe in
            try await probe.add(try probe.new("a"))
            let dropped = AttemptOutput(droppedBytes: 12)
            let end = probe.settlement(try await probe.claimOne(), .success(result: nil), now: 1, output: dropped)
            _ = try await probe.store.settle([end])
            try expectEqual(try await probe.store.outputs(of: probe.id("a")).map(\.output), [dropped], "the output")
        },
        Case("a job's history keeps the newest attempts up to the limit") { probe in
            try await probe.add(try probe.new("a"))
            for number in 0..<StoreLimits.attemptsPerJob + 3 {
                try await probe.settle(
                    try await probe.claimOne(nonce: "n\(number)", now: Double(number)), .interrupted,
                    now: Double(number))
            }
            let attempts = try await probe.attempts("a")
            try expectEqual(attempts.count, StoreLimits.attemptsPerJob, "the history's length")
            try expectEqual(attempts.first?.startedAt, probe.at(3), "its oldest")
        },
    ]
}
