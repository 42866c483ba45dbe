import MainspringCore
import MainspringStore

extension StoreConformance {
    /// One job in each state, named for the state; `pending` waits for the end of `running`.
    static func addOneOfEach(_ probe: StoreProbe) async throws {
        for outcome in [JobOutcome.success(result: "1"), .failure(StoreProbe.broken), .discarded(StoreProbe.broken)] {
            let name =
                ["success": "completed", "failure": "retryable", "discarded": "discarded"][outcome.name.rawValue] ?? ""
            try await probe.add(try probe.new(name))
            try await probe.settle(try await probe.claimOne(nonce: name), outcome, now: 1)
        }
        let hold = UniqueHold(key: "running", states: StoreProbe.unfinished, onConflict: .keepLast)
        try await probe.add(try probe.new("running", unique: hold))
        _ = try await probe.claimOne(nonce: "running")
        try await probe.insert(try probe.new("pending", unique: hold))
        try await probe.add(
            try probe.new("scheduled", due: 100), try probe.new("available"), try probe.new("cancelled"))
        try await probe.cancel("cancelled")
        for state in JobState.allCases { try await probe.expectState(state.rawValue, state) }
    }

    static let controlCases: [Case] = [
        Case("cancel ends what waits, marks what runs, and leaves what ended") { probe in
            try await addOneOfEach(probe)
            let names = [
                "scheduled", "available", "retryable", "pending", "running", "completed", "discarded", "cancelled",
                "unknown",
            ]
            let before = try await probe.job("completed")
            let results = try await probe.store.cancel(try names.map { try probe.id($0) }, now: probe.at(50))
            try expectEqual(results.count, names.count, "the answers")
            for (name, result) in zip(names.prefix(4), results) {
                let job = try await probe.job(name)
                try expectEqual(result, .cancelled(job), "cancelling \(name)")
                try expectEqual(job.state, .cancelled, "the state of \(name)")
                try expectEqual(job.finishedAt, probe.at(50), "the end of \(name)")
                try expectEqual(job.cancelRequestedAt, probe.at(50), "the request to \(name)")
            }
            let running = try await probe.job("running")
            try expectEqual(results[4], .requested(running), "cancelling running")
            try expectEqual(running.state, .running, "the state of running")
            try expectEqual(running.cancelRequestedAt, probe.at(50), "the request")
            try expectEqual(results[5], .alreadyFinal(before), "cancelling completed")
            try expectEqual(results[6], .alreadyFinal(try await probe.job("discarded")), "cancelling discarded")
            try expectEqual(results[7], .alreadyFinal(try await probe.job("cancelled")), "cancelling cancelled")
            try expectEqual(results[8], .notFound, "cancelling unknown")
            try expectEqual(
                try await probe.cancel("running", now: 60), .requested(running), "asking again keeps the first time")
            try expectEqual(try await probe.claim(nonce: "m", now: 60).count, 0, "left to claim")
            try expectEqual(try await probe.promote(now: 200), Promotion(), "left to promote")
        },
        Case("the same id twice in one cancel: the second answer sees the first") { probe in
            try await probe.add(try probe.new("a"))
            let id = try probe.id("a")
            let results = try await probe.store.cancel([id, id], now: probe.at(1))
            let job = try await probe.job("a")
            try expectEqual(results, [.cancelled(job), .alreadyFinal(job)], "the answers")
            try expectEqual(try await probe.store.cancel([], now: probe.at(1)), [], "no ids")
        },
        Case("a cancelled job has no attempt in its history, and keeps those that it had") { probe in
            try await probe.add(try probe.new("a"), try probe.new("b"))
            try await probe.settle(try await probe.claim(1)[0], .failure(StoreProbe.broken), now: 1)
            try await probe.cancel("a", now: 2)
            try await probe.cancel("b", now: 2)
            try expectEqual(try await probe.attempts("a").map(\.outcome), [.failure], "the history of one that ran")
            try expectEqual(try await probe.attempts("b"), [], "the history of the other")
        },
        Case("a running job that was asked to cancel keeps its lease") { probe in
            try await probe.beat(StoreProbe.alice)
            try await probe.add(try probe.new("a"))
            let lease = try await probe.claimOne(lease: 60)
            try await probe.cancel("a")
            try expectEqual(try await probe.reclaim(now: 2), [], "reclaimed")
            try await probe.settle(lease, .cancelled, now: 3)
            try await probe.expectState("a", .cancelled)
        },
        Case("a queue is paused and goes on, however often it is said") { probe in
            for paused in [true, true, false, false, true] {
                try await probe.store.setPaused(paused, queue: "default")
                try expectEqual(try await probe.store.queues().map(\.isPaused), [paused], "the queue")
            }
        },
    ]
}
