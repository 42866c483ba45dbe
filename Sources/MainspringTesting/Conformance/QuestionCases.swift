import MainspringCore
import MainspringStore

extension StoreConformance {
    static let questionCases: [Case] = [
        Case("pages go from the newest to the oldest and miss nothing, while jobs come in") { probe in
            for number in 0..<25 { try await probe.add(try probe.new("j\(number)")) }
            var names: [String] = []
            var query = JobQuery(limit: 10)
            repeat {
                let page = try await probe.store.jobs(matching: query)
                try expect(page.jobs.count <= 10, "a page keeps its limit")
                names += page.jobs.map(\.id.rawValue)
                query.cursor = page.next
                try await probe.add(try probe.new("new\(names.count)"))
            } while query.cursor != nil
            try expectEqual(names, (0..<25).reversed().map { "j\($0)" }, "the pages")
            let exact = try await probe.store.jobs(matching: JobQuery(limit: 28))
            try expectEqual(exact.jobs.count, 28, "a page of exactly all")
            try expectEqual(exact.next, nil, "what follows it")
        },
        Case("a page holds at least one job and at most the limit") { probe in
            let jobs = try (0..<StoreLimits.page + 1).map { [try probe.new("j\($0)")] }
            _ = try await probe.store.insert(jobs, now: probe.at(0))
            try expectEqual(
                try await probe.store.jobs(matching: JobQuery(limit: .max)).jobs.count, StoreLimits.page,
                "the largest page")
            try expectEqual(
                try await probe.store.jobs(matching: JobQuery(limit: -1)).jobs.count, 1, "the smallest page")
        },
        Case("a query's sets narrow it together") { probe in
            try await probe.add(
                try probe.new("a", kind: "x", queue: "p", tags: ["red", "big"]),
                try probe.new("b", kind: "y", queue: "p", tags: ["blue"]),
                try probe.new("c", kind: "x", queue: "q"),
                try probe.new("d", kind: "x", queue: "p", due: 10, tags: ["red"]))
            func names(_ query: JobQuery) async throws -> [String] {
                try await probe.store.jobs(matching: query).jobs.map(\.id.rawValue)
            }
            try expectEqual(try await names(JobQuery(kinds: ["x"])), ["d", "c", "a"], "by kind")
            try expectEqual(
                try await names(JobQuery(kinds: ["x", "y"], queues: ["p"])), ["d", "b", "a"], "by kind and queue")
            try expectEqual(try await names(JobQuery(states: [.available, .running])), ["c", "b", "a"], "by state")
            try expectEqual(try await names(JobQuery(tags: ["red", "blue"])), ["d", "b", "a"], "by tag")
            try expectEqual(
                try await names(JobQuery(kinds: ["x"], states: [.scheduled], queues: ["p"], tags: ["red"])), ["d"],
                "by all")
            try expectEqual(try await names(JobQuery(kinds: ["none"])), [], "by a kind that is not there")
            let page = try await probe.store.jobs(matching: JobQuery(kinds: ["x"], limit: 2))
            try expectEqual(page.jobs.map(\.id.rawValue), ["d", "c"], "the first page")
            try expectEqual(try await names(JobQuery(kinds: ["x"], cursor: page.next)), ["a"], "the second page")
        },
        Case("a queue tells its counts and who is next in line") { probe in
            try await addOneOfEach(probe)
            try await probe.store.setPaused(true, queue: "a paused one")
            try await probe.add(try probe.new("early", queue: "z", now: 5), try probe.new("late", queue: "z", now: 9))
            let queues = try await probe.store.queues()
            try expectEqual(queues.map(\.name), ["a paused one", "default", "z"], "the queues")
            let counts = Dictionary(uniqueKeysWithValues: JobState.allCases.filter { $0 != .pending }.map { ($0, 1) })
            try expectEqual(
                queues,
                [
                    QueueSummary(name: "a paused one", counts: [:], isPaused: true, oldestAvailableAt: nil),
                    QueueSummary(name: "default", counts: counts, isPaused: false, oldestAvailableAt: probe.at(0)),
                    QueueSummary(name: "z", counts: [.available: 2], isPaused: false, oldestAvailableAt: probe.at(5)),
                ], "the summaries")
            try expectEqual(queues[1].waiting, 3, "waiting jobs")
        },
        Case("a queue that was emptied is still listed") { probe in
            try await probe.add(try probe.new("a"))
            _ = try await probe.store.cancel([probe.id("a")], now: probe.at(1))
            _ = try await probe.store.prune(finishedBefore: [.cancelled: probe.at(2)], limit: 10)
            let empty = QueueSummary(name: "default", counts: [:], isPaused: false, oldestAvailableAt: nil)
            try expectEqual(try await probe.store.queues(), [empty], "the queues")
        },
        Case("text comes back as it was given") { probe in
            let odd = "\u{1}'\";-- ü 🚀 \u{FEFF} \n"
            let output = "\u{0}" + odd
            let new = try probe.new(
                "a", kind: odd, queue: odd, arguments: #"{"x":"\#(odd)"}"#, tags: [odd], key: odd, schedule: odd)
            try await probe.add(new)
            try expectEqual(try await probe.job("a"), new.record, "the job")
            let leases = try await probe.claim(queue: odd, kinds: [odd])
            try expectEqual(leases.map(\.job.id.rawValue), ["a"], "claimed")
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
    ]
}
