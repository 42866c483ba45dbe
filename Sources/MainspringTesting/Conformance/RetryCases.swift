import MainspringCore
import MainspringStore

extension StoreConformance {
    static let retryCases: [Case] = [
        Case("retry makes available what failed, was cancelled or waits for its time, and nothing else") { probe in
            try await addOneOfEach(probe)
            for name in ["discarded", "cancelled", "scheduled", "retryable"] {
                let result = try await probe.retry(name, now: 50)
                let job = try await probe.job(name)
                try expectEqual(result, .retried(job), "retrying \(name)")
                try expectEqual(job.state, .available, "the state of \(name)")
                try expectEqual(job.scheduledAt, probe.at(50), "waiting since, of \(name)")
                try expectEqual(job.finishedAt, nil, "the end of \(name)")
                try expectEqual(job.cancelRequestedAt, nil, "the cancel request of \(name)")
            }
            for name in ["running", "available", "completed", "pending"] {
                let job = try await probe.job(name)
                try expectEqual(try await probe.retry(name, now: 50), .notAllowed(job), "retrying \(name)")
                try expectEqual(try await probe.job(name), job, "\(name) afterwards")
            }
            try expectEqual(try await probe.retry("unknown", now: 50), .notFound, "retrying unknown")
            let order = try await probe.claim(nonce: "m", now: 60).map(\.job.id.rawValue)
            try expectEqual(Set(order), ["available", "discarded", "cancelled", "scheduled", "retryable"], "claimed")
            try expectEqual(order.first, "available", "the first, which waited longest")
        },
        Case("a retried job has an attempt and a rescue left, and keeps its history and its last error") { probe in
            try await probe.add(try probe.new("a", maxAttempts: 1, maxRescues: 1))
            _ = try await probe.claimOne(nonce: "x")
            _ = try await probe.reclaim(now: 1)
            try await probe.settle(try await probe.claimOne(nonce: "y"), .failure(StoreProbe.broken), now: 1)
            try await probe.expectState("a", .discarded)
            try await probe.retry("a")
            let job = try await probe.job("a")
            try expectEqual(job.attempt, 1, "used attempts")
            try expectEqual(job.maxAttempts, 2, "attempts in all")
            try expectEqual(job.rescues, 1, "rescues")
            try expectEqual(job.maxRescues, 2, "rescues in all")
            try expectEqual(job.error, StoreProbe.broken, "the last error")
            let lease = try await probe.claimOne(nonce: "m", now: 3)
            try expectEqual(lease.attemptNumber, 2, "the attempt's number")
            try await probe.settle(lease, .success(result: nil), now: 4)
            try expectEqual(
                try await probe.attempts("a").map(\.outcome), [.interrupted, .failure, .success], "the history")
        },
        Case("a retry leaves more attempts and rescues than one as they are") { probe in
            try await probe.add(try probe.new("a", maxAttempts: 9, maxRescues: 8))
            try await probe.cancel("a")
            try await probe.retry("a")
            let job = try await probe.job("a")
            try expectEqual([job.maxAttempts, job.maxRescues], [9, 8], "in all")
        },
        Case("a retry lifts a deadline that is over, and keeps one that is to come") { probe in
            try await probe.add(try probe.new("a", deadline: 10), try probe.new("b", deadline: 30))
            for name in ["a", "b"] {
                try await probe.cancel(name)
                try await probe.retry(name, now: 20)
            }
            try expectEqual(try await probe.job("a").deadline, nil, "one that is over")
            try expectEqual(try await probe.job("b").deadline, probe.at(30), "one that is to come")
        },
        Case("a retry is taken by a full queue and by a paused one") { probe in
            try await probe.add(try probe.new("a", limit: 1))
            try await probe.cancel("a")
            try await probe.add(try probe.new("b", limit: 1))
            try await probe.store.setPaused(true, queue: "default")
            try expectEqual(try await probe.retry("a"), .retried(try await probe.job("a")), "the retry")
        },
    ]
}
