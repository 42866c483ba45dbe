import MainspringCore
import MainspringStore

extension StoreConformance {
    /// One job in each state that the store can bring about, named for the state.
    static func addOneOfEach(_ probe: StoreProbe) async throws {
        for outcome in [JobOutcome.success(result: "1"), .failure(StoreProbe.broken), .discarded(StoreProbe.broken)] {
            let name =
                ["success": "completed", "failure": "retryable", "discarded": "discarded"][outcome.name.rawValue] ?? ""
            try await probe.add(try probe.new(name))
            try await probe.settle(try await probe.claimOne(nonce: name), outcome, now: 1)
        }
        try await probe.add(try probe.new("running"))
        _ = try await probe.claimOne(nonce: "running")
        try await probe.add(
            try probe.new("scheduled", due: 100), try probe.new("available"), try probe.new("cancelled"))
        _ = try await probe.store.cancel([probe.id("cancelled")], now: probe.at(1))
        for state in JobState.allCases where state != .pending { try await probe.expectState(state.rawValue, state) }
    }

    static let controlCases: [Case] = [
        Case("cancel ends what waits, marks what runs, and leaves what ended") { probe in
            try await addOneOfEach(probe)
            let names = [
                "scheduled", "available", "retryable", "running", "completed", "discarded", "cancelled", "unknown",
            ]
            let before = try await probe.job("completed")
            let results = try await probe.store.cancel(try names.map { try probe.id($0) }, now: probe.at(50))
            for (name, result) in zip(names.prefix(3), results) {
                let job = try await probe.job(name)
                try expectEqual(result, .cancelled(job), "cancelling \(name)")
                try expectEqual(job.state, .cancelled, "the state of \(name)")
                try expectEqual(job.finishedAt, probe.at(50), "the end of \(name)")
            }
            let running = try await probe.job("running")
            try expectEqual(results[3], .requested(running), "cancelling running")
            try expectEqual(running.state, .running, "the state of running")
            try expectEqual(running.cancelRequestedAt, probe.at(50), "the request")
            try expectEqual(results[4], .alreadyFinal(before), "cancelling completed")
            try expectEqual(results[5], .alreadyFinal(try await probe.job("discarded")), "cancelling discarded")
            try expectEqual(results[6], .alreadyFinal(try await probe.job("cancelled")), "cancelling cancelled")
            try expectEqual(results[7], .notFound, "cancelling unknown")
            let again = try await probe.store.cancel([probe.id("running")], now: probe.at(60))
            try expectEqual(again, [.requested(running)], "asking again keeps the first time")
            try expectEqual(try await probe.claim(nonce: "m", now: 60).count, 0, "left to claim")
            try expectEqual(
                try await probe.store.promote(now: probe.at(200), limit: 10), Promotion(), "left to promote")
        },
        Case("retry makes available what failed, was cancelled or waits for its time, and nothing else") { probe in
            try await addOneOfEach(probe)
            for name in ["discarded", "cancelled", "scheduled", "retryable"] {
                let result = try await probe.store.retry(probe.id(name), now: probe.at(50))
                let job = try await probe.job(name)
                try expectEqual(result, .retried(job), "retrying \(name)")
                try expectEqual(job.state, .available, "the state of \(name)")
                try expectEqual(job.scheduledAt, probe.at(50), "waiting since, of \(name)")
                try expectEqual(job.finishedAt, nil, "the end of \(name)")
                try expectEqual(job.cancelRequestedAt, nil, "the cancel request of \(name)")
            }
            for name in ["running", "available", "completed"] {
                let job = try await probe.job(name)
                try expectEqual(
                    try await probe.store.retry(probe.id(name), now: probe.at(50)), .notAllowed(job), "retrying \(name)"
                )
                try expectEqual(try await probe.job(name), job, "\(name) afterwards")
            }
            try expectEqual(
                try await probe.store.retry(probe.id("unknown"), now: probe.at(50)), .notFound, "retrying unknown")
            let order = try await probe.claim(nonce: "m", now: 60).map(\.job.id.rawValue)
            try expectEqual(Set(order), ["available", "discarded", "cancelled", "scheduled", "retryable"], "claimed")
            try expectEqual(order.first, "available", "the first, which waited longest")
        },
        Case("a retried job has an attempt left, and keeps its history and its last error") { probe in
            try await probe.add(try probe.new("a", maxAttempts: 1))
            try await probe.settle(try await probe.claimOne(), .failure(StoreProbe.broken), now: 1)
            try await probe.expectState("a", .discarded)
            _ = try await probe.store.retry(probe.id("a"), now: probe.at(2))
            let job = try await probe.job("a")
            try expectEqual(job.attempt, 1, "used attempts")
            try expectEqual(job.maxAttempts, 2, "attempts in all")
            try expectEqual(job.error, StoreProbe.broken, "the last error")
            let lease = try await probe.claimOne(nonce: "m", now: 3)
            try expectEqual(lease.attemptNumber, 2, "the attempt's number")
            try await probe.settle(lease, .success(result: nil), now: 4)
            try expectEqual(
                try await probe.store.attempts(of: job.id)?.map(\.outcome), [.failure, .success], "the history")
        },
        Case("a retry is taken by a full queue") { probe in
            try await probe.add(try probe.new("a", limit: 1))
            _ = try await probe.store.cancel([probe.id("a")], now: probe.at(1))
            try await probe.add(try probe.new("b", limit: 1))
            let result = try await probe.store.retry(probe.id("a"), now: probe.at(2))
            try expectEqual(result, .retried(try await probe.job("a")), "the retry")
        },
        Case("prune removes what ended before its state's time, longest ended first, and nothing else") { probe in
            try await addOneOfEach(probe)
            for number in 0..<4 {
                try await probe.add(try probe.new("done\(number)", queue: "other"))
                let lease = try await probe.claim(queue: "other", nonce: "d\(number)")[0]
                try await probe.settle(lease, .success(result: nil), now: Double(10 - number))
            }
            let every = Dictionary(uniqueKeysWithValues: JobState.allCases.map { ($0, probe.at(1)) })
            try expectEqual(
                try await probe.store.prune(finishedBefore: every, limit: 100), 0, "pruned at their very time")
            let old: [JobState: Timestamp] = [
                .completed: probe.at(9.5), .running: probe.at(100), .available: probe.at(100),
            ]
            try expectEqual(try await probe.store.prune(finishedBefore: old, limit: 3), 3, "pruned up to the limit")
            let left = Set(try await probe.all().map(\.id.rawValue))
            try expect(
                !left.contains("completed") && !left.contains("done3") && !left.contains("done2"),
                "the oldest went first")
            try expect(
                left.isSuperset(of: ["done1", "done0", "running", "available", "discarded", "cancelled"]),
                "the others stayed")
            try expectEqual(try await probe.store.prune(finishedBefore: old, limit: 100), 1, "pruned then")
            try expectEqual(try await probe.store.attempts(of: probe.id("done1")), nil, "the attempts of a pruned job")
            try expectEqual(try await probe.store.outputs(of: probe.id("done1")), [], "its output")
            try await probe.add(try probe.new("completed"))
        },
        Case("a new job does not inherit the history of a pruned one") { probe in
            try await probe.add(try probe.new("a"))
            try await probe.settle(try await probe.claimOne(), .success(result: nil), now: 1)
            _ = try await probe.store.prune(finishedBefore: [.completed: probe.at(2)], limit: 10)
            try await probe.add(try probe.new("b"))
            try expectEqual(try await probe.store.attempts(of: probe.id("b")), [], "its attempts")
        },
    ]
}
