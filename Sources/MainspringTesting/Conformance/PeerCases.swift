import MainspringCore
import MainspringStore

extension StoreConformance {
    static let peerCases: [Case] =
        newsCases + [
            Case("what one handle wrote, the other reads at once", needsPeer: true) { probe in
                let beside = try probe.beside
                try await probe.add(try probe.new("a"))
                let lease = try await beside.claimOne()
                try await probe.cancel("a")
                try expectEqual(
                    try await beside.store.renew([lease.token], lease: .seconds(60)),
                    Renewal(cancelRequested: [lease.token]), "the renewal")
                try await beside.settle(lease, .cancelled, now: 2)
                try await probe.expectState("a", .cancelled)
                try await probe.store.setPaused(true, queue: "default")
                try expectEqual(try await beside.store.queues(), try await probe.store.queues(), "the queues")
            },
            Case("tokens hold for whoever has them, on each handle, and are refused on each", needsPeer: true) {
                probe in
                let beside = try probe.beside
                try await probe.add(try probe.new("a"))
                let old = try await probe.claimOne(nonce: "x")
                _ = try await beside.reclaim(now: 1)
                let new = try await beside.claimOne(nonce: "y", now: 2)
                let late = probe.settlement(old, .success(result: nil), now: 3)
                try expectEqual(try await probe.store.settle([late]), [.stale], "the old one")
                try await probe.settle(new, .success(result: nil), now: 4)
            },
            Case("two handles that claim at once never hand out the same job", needsPeer: true) { probe in
                _ = try await probe.store.insert(try (0..<120).map { [try probe.new("j\($0)")] }, now: probe.at(0))
                let leases = try await together(probe) { probe, worker in
                    var leases: [Lease] = []
                    while true {
                        let more = try await probe.claim(
                            3, by: worker % 2 == 0 ? StoreProbe.alice : StoreProbe.bob,
                            nonce: "w\(worker)-\(leases.count)")
                        guard !more.isEmpty else { return leases }
                        leases += more
                    }
                }
                try expectEqual(leases.count, 120, "leases")
                try expectEqual(Set(leases.map(\.job.id)).count, 120, "jobs")
                try expectEqual(Set(leases.map(\.token)).count, 120, "tokens")
                // Each has the right to its end, and nobody else.
                let ends = leases.map { probe.settlement($0, .success(result: nil), now: 1) }
                try expect(try await probe.store.settle(ends).allSatisfy { $0 == .settled(.completed) }, "all settle")
            },
            Case("two that take back at once take each job once", needsPeer: true) { probe in
                _ = try await probe.store.insert(try (0..<80).map { [try probe.new("j\($0)")] }, now: probe.at(0))
                _ = try await probe.claim()
                let term = try await probe.term()
                let reclaimed = try await together(probe) { probe, _ in
                    var jobs: [ReclaimedJob] = []
                    while true {
                        let more = try await probe.store.reclaim(under: term, now: probe.at(1), limit: 3)
                        guard !more.isEmpty else { return jobs }
                        jobs += more
                    }
                }
                try expectEqual(reclaimed.count, 80, "reclaimed")
                try expectEqual(Set(reclaimed.map(\.id)).count, 80, "jobs")
                try expectEqual(Set(try await probe.all().map(\.rescues)), [1], "rescues")
            },
            Case("two that settle one attempt at once: one of them does", needsPeer: true) { probe in
                _ = try await probe.store.insert(try (0..<40).map { [try probe.new("j\($0)")] }, now: probe.at(0))
                let leases = try await probe.claim()
                let results = try await together(probe) { probe, worker in
                    var results: [SettleResult] = []
                    for lease in worker % 2 == 0 ? leases : leases.reversed() {
                        results += try await probe.store.settle([probe.settlement(lease, .success(result: nil), now: 1)]
                        )
                    }
                    return results
                }
                try expectEqual(results.count { $0 == .settled(.completed) }, 40, "settled")
                for lease in leases {
                    try expectEqual(try await probe.attempts(lease.job.id.rawValue).count, 1, "the history's length")
                }
            },
            Case("two that insert one key, one id or one occurrence at once: one job is made", needsPeer: true) {
                probe in
                let results = try await together(probe) { probe, worker in
                    var made: [String] = []
                    for number in 0..<20 {
                        let hold = UniqueHold(key: "u\(number)", states: StoreProbe.unfinished)
                        let occurrence = ScheduleOccurrence(
                            schedule: "s", instant: probe.at(Double(number)), skipsOverlap: false)
                        let jobs = [
                            try probe.new("key-\(number)-\(worker)", unique: hold), try probe.new("id-\(number)"),
                            try probe.new("fired-\(number)-\(worker)", occurrence: occurrence),
                        ]
                        for (index, job) in jobs.enumerated() {
                            if case .inserted = try await probe.insert(job) { made.append("\(index)-\(number)") }
                        }
                    }
                    return made
                }
                try expectEqual(results.count, 60, "made")
                try expectEqual(Set(results).count, 60, "each once")
            },
            Case("of nodes that beat at once one leads, and the term's number is issued once", needsPeer: true) {
                probe in
                let terms = try await together(probe) { probe, worker in
                    var terms: [Term] = []
                    let me = NodeIdentity(name: "node-\(worker)", incarnation: "1")
                    for _ in 0..<10 {
                        guard let term = try await probe.beat(me, wantsTerm: true).term else { continue }
                        terms.append(term)
                        try await probe.store.leave(me)
                    }
                    return terms
                }
                try expect(!terms.isEmpty, "somebody led")
                try expectEqual(Set(terms).count, terms.count, "numbers")
            },
        ]

    /// Four workers at once, two on each handle. All that they return.
    private static func together<Value: Sendable>(
        _ probe: StoreProbe, _ body: @escaping @Sendable (StoreProbe, Int) async throws -> [Value]
    ) async throws -> [Value] {
        let beside = try probe.beside
        return try await withThrowingTaskGroup(of: [Value].self) { group in
            for worker in 0..<4 {
                group.addTask { try await body(worker < 2 ? probe : beside, worker) }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }
}
