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
            let counts = Dictionary(uniqueKeysWithValues: JobState.allCases.map { ($0, 1) })
            try expectEqual(
                queues,
                [
                    QueueSummary(name: "a paused one", counts: [:], isPaused: true, oldestAvailableAt: nil),
                    QueueSummary(name: "default", counts: counts, isPaused: false, oldestAvailableAt: probe.at(0)),
                    QueueSummary(name: "z", counts: [.available: 2], isPaused: false, oldestAvailableAt: probe.at(5)),
                ], "the summaries")
            try expectEqual(queues[1].waiting, 4, "waiting jobs")
        },
        Case("a queue that was emptied is still listed") { probe in
            try await probe.add(try probe.new("a"))
            try await probe.cancel("a")
            _ = try await probe.prune([.cancelled: 2])
            let empty = QueueSummary(name: "default", counts: [:], isPaused: false, oldestAvailableAt: nil)
            try expectEqual(try await probe.store.queues(), [empty], "the queues")
        },
        Case("a job that changes its state, its priority or its content stays at its place on the pages") { probe in
            let hold = UniqueHold(key: "u", states: StoreProbe.unfinished, onConflict: .replace)
            for name in ["a", "b", "c"] { try await probe.add(try probe.new(name, unique: name == "b" ? hold : nil)) }
            try await probe.settle(try await probe.claim(1)[0], .success(result: nil), now: 1)
            _ = try await probe.insert(try probe.new("x", now: 2, priority: .critical, tags: ["new"], unique: hold))
            try expectEqual(try await probe.all().map(\.id.rawValue), ["c", "b", "a"], "the page")
            let tagged = try await probe.store.jobs(matching: JobQuery(tags: ["new"]))
            try expectEqual(tagged.jobs.map(\.id.rawValue), ["b"], "found by its new tag")
        },
        Case("a question about nothing: an empty store") { probe in
            try expectEqual(try await probe.store.jobs(matching: JobQuery()), JobPage(jobs: [], next: nil), "the page")
            try expectEqual(try await probe.store.queues(), [], "the queues")
            try expectEqual(try await probe.store.nodes(), [], "the nodes")
            try expectEqual(try await probe.store.lastOccurrences(), [:], "the last occurrences")
            try expectEqual(try await probe.store.cancel([probe.id("a")], now: probe.at(0)), [.notFound], "a cancel")
            try expectEqual(try await probe.promote(now: 0), Promotion(), "a promotion")
            try expectEqual(try await probe.prune([.completed: 9]), 0, "pruned")
        },
    ]
}
