import MainspringCore
import MainspringStore

extension StoreConformance {
    /// Text that quoting, cutting or normalizing would change.
    private static let odd = "\u{1}'\";-- ü e\u{301} 🚀 \u{FEFF} \n"
    private static let huge = String(repeating: "0123456789äöü€", count: 20_000)

    static let roundTripCases: [Case] = [
        Case("text comes back as it was given") { probe in
            let output = "\u{0}" + odd
            let new = try probe.new(
                "a", kind: odd, queue: odd, arguments: #"{"x":"\#(odd)"}"#, tags: [odd, ""],
                metadata: [odd: odd, "": ""], unique: UniqueHold(key: odd, states: StoreProbe.unfinished), schedule: odd
            )
            try await probe.add(new)
            try expectEqual(try await probe.job("a"), new.record, "the job")
            let leases = try await probe.claim(queue: odd, kinds: [odd: 1])
            try expectEqual(leases.map(\.job.id.rawValue), ["a"], "claimed")
            _ = try await probe.report(leases[0], progress: JobProgress(fraction: 0.1, message: odd))
            try expectEqual(try await probe.job("a").progress?.message, odd, "the progress")
            var settlement = probe.settlement(
                leases[0], .failure(JobFailure(code: odd, message: output, detail: output)), now: 1)
            settlement.result = odd
            try expectEqual(try await probe.store.settle([settlement]), [.settled(settlement.nextState)], "settled")
            let job = try await probe.job("a")
            try expectEqual(job.result, odd, "the result")
            try expectEqual(job.error, JobFailure(code: odd, message: output, detail: output), "the error")
            try expectEqual(
                try await probe.store.jobs(matching: JobQuery(kinds: [odd], queues: [odd], tags: [odd])).jobs, [job],
                "found")
        },
        Case("text is not normalized: each of two spellings of one character comes back in its own bytes") { probe in
            for (name, text) in [("a", "\u{e9}"), ("b", "e\u{301}")] {
                try await probe.add(try probe.new(name, arguments: text, tags: [text], metadata: ["k": text]))
                let job = try await probe.job(name)
                for kept in [job.arguments, job.tags[0], job.metadata["k"] ?? ""] {
                    try expectEqual(Array(kept.utf8), Array(text.utf8), "the bytes of \(name)")
                }
            }
        },
        Case("what is huge comes back whole") { probe in
            let tags = (0..<500).map { "tag-\($0)" }
            let metadata = Dictionary(uniqueKeysWithValues: (0..<500).map { ("key-\($0)", huge.prefix(100) + "\($0)") })
            let new = try probe.new(
                "a", arguments: "\"\(huge)\"", tags: tags, metadata: metadata.mapValues { String($0) })
            try await probe.add(new)
            try expectEqual(try await probe.job("a") == new.record, true, "the job is as it was given")
            let lease = try await probe.claimOne()
            let output = AttemptOutput(
                standardOutput: Array(repeating: 200, count: 300_000), standardError: Array(huge.utf8),
                droppedBytes: .max)
            _ = try await probe.report(lease, output: output)
            try expect(try await probe.store.outputs(of: lease.job.id).map(\.output) == [output], "the reported output")
            let end = probe.settlement(lease, .success(result: "\"\(huge)\""), now: 1, output: output)
            _ = try await probe.store.settle([end])
            try expect(try await probe.store.outputs(of: lease.job.id).map(\.output) == [output], "the output")
            try expect(try await probe.job("a").result == "\"\(huge)\"", "the result")
        },
        Case("what is empty comes back empty, and nothing as nothing") { probe in
            try await probe.add(
                try probe.new(
                    "a", kind: "", queue: "", arguments: "", tags: [], metadata: [:],
                    unique: UniqueHold(key: "", states: []), schedule: ""))
            let job = try await probe.job("a")
            try expectEqual(job.unique, UniqueHold(key: "", states: []), "a key that is never held")
            try expectEqual(job.schedule, "", "an empty schedule")
            try await probe.add(try probe.new("b"))
            try expectEqual(try await probe.job("b").unique, nil, "no key")
            try expectEqual(try await probe.job("b").schedule, nil, "no schedule")
            let lease = try await probe.claim()[0]
            let end = probe.settlement(lease, .failure(JobFailure(code: "", message: "", detail: "")), now: 1)
            _ = try await probe.store.settle([end])
            try expectEqual(
                try await probe.job("b").error, JobFailure(code: "", message: "", detail: ""), "an empty error")
        },
        Case("tags keep their order, and one that is there twice") { probe in
            try await probe.add(try probe.new("a", tags: ["z", "a", "z"]))
            try expectEqual(try await probe.job("a").tags, ["z", "a", "z"], "the tags")
            let found = try await probe.store.jobs(matching: JobQuery(tags: ["z", "a"])).jobs
            try expectEqual(found.map(\.id.rawValue), ["a"], "found once")
        },
        Case("every rule, state and time of a unique hold comes back") { probe in
            for (number, rule) in UniqueConflict.allCases.enumerated() {
                let states = Set(JobState.allCases.dropFirst(number))
                let hold = UniqueHold(
                    key: rule.rawValue, states: states, until: number % 2 == 0 ? nil : probe.at(0.000_001),
                    onConflict: rule)
                try await probe.add(try probe.new("j\(number)", unique: hold))
                try expectEqual(try await probe.job("j\(number)").unique, hold, "the hold")
            }
        },
        Case("times come back to the microsecond, also from before 1970 and from far away") { probe in
            for (number, time) in ([0, -1, 1, .max / 4, -.max / 4, 1_767_225_600_123_457] as [Int64]).enumerated() {
                var new = try probe.new("j\(number)")
                new.record.createdAt = Timestamp(microseconds: time)
                new.record.scheduledAt = Timestamp(microseconds: time)
                new.record.deadline = Timestamp(microseconds: time)
                try await probe.add(new)
                try expectEqual(try await probe.job("j\(number)"), new.record, "the job")
            }
        },
        Case("a progress comes back to the last digit, and each half of it alone") { probe in
            try await probe.add(try probe.new("a"))
            let lease = try await probe.claimOne()
            for progress in [
                JobProgress(fraction: 1.0 / 3), JobProgress(fraction: 0), JobProgress(fraction: 1, message: ""),
                JobProgress(message: "only words"), JobProgress(fraction: Double.leastNonzeroMagnitude),
            ] {
                _ = try await probe.report(lease, progress: progress)
                try expectEqual(try await probe.job("a").progress, progress, "the progress")
            }
        },
        Case("large numbers come back: versions, attempts, rescues") { probe in
            try await probe.add(
                try probe.new("a", version: .max / 2, maxAttempts: .max / 2, maxRescues: .max / 2))
            let job = try await probe.claim(kinds: ["scan": .max])[0].job
            try expectEqual(
                [job.version, job.maxAttempts, job.maxRescues], [.max / 2, .max / 2, .max / 2], "the numbers")
        },
    ]
}
