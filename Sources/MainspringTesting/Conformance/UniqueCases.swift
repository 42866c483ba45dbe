import MainspringCore
import MainspringStore

extension StoreConformance {
    /// Brings a job with the given key to a state. Its lease when it runs.
    @discardableResult
    private static func bring(
        _ probe: StoreProbe, to state: JobState, while states: Set<JobState>
    ) async throws -> Lease? {
        try await probe.add(
            try probe.new("holder", due: state == .scheduled ? 1000 : nil, maxAttempts: 2, key: "u", while: states))
        switch state {
        case .pending, .scheduled, .available: break
        case .cancelled: _ = try await probe.store.cancel([probe.id("holder")], now: probe.at(1))
        case .running: return try await probe.claimOne()
        case .retryable: try await probe.settle(try await probe.claimOne(), .failure(StoreProbe.broken), now: 1)
        case .completed: try await probe.settle(try await probe.claimOne(), .success(result: nil), now: 1)
        case .discarded: try await probe.settle(try await probe.claimOne(), .discarded(StoreProbe.broken), now: 1)
        }
        try await probe.expectState("holder", state)
        return nil
    }

    static let uniqueCases: [Case] =
        JobState.allCases.filter { $0 != .pending }.flatMap { state in
            [
                Case("a unique key is held in state \(state.rawValue) when the policy names it") { probe in
                    try await bring(probe, to: state, while: [.scheduled, .available, state])
                    let holder = try await probe.job("holder")
                    try expectEqual(
                        try await probe.insert(try probe.new("b", key: "u")), .duplicate(holder), "the second")
                    try await probe.add(try probe.new("c", key: "v"))
                },
                Case("a unique key is free in state \(state.rawValue) when the policy leaves it out") { probe in
                    try await bring(probe, to: state, while: Set(JobState.allCases).subtracting([state]))
                    try await probe.add(try probe.new("b", key: "u"))
                },
            ]
        } + [
            Case("a job that does not hold its key in its first state does not collide there") { probe in
                try await probe.add(try probe.new("a", key: "u"), try probe.new("b", key: "u", while: [.running]))
            },
            Case("a key is free again once its job is pruned") { probe in
                try await bring(probe, to: .completed, while: Set(JobState.allCases))
                try expectEqual(
                    try await probe.store.prune(finishedBefore: [.completed: probe.at(2)], limit: 10), 1, "pruned")
                try await probe.add(try probe.new("b", key: "u"))
            },
            Case("a failure is never refused: a job that would collide gives up its key") { probe in
                guard let lease = try await bring(probe, to: .running, while: [.available, .retryable]) else { return }
                try await probe.add(try probe.new("b", key: "u"))
                try await probe.settle(lease, .failure(StoreProbe.broken), now: 2)
                try await probe.expectState("holder", .retryable)
                try expectEqual(try await probe.job("holder").uniqueKey, nil, "the key that it gave up")
                try expectEqual(
                    try await probe.insert(try probe.new("c", key: "u")), .duplicate(try await probe.job("b")),
                    "the third")
            },
            Case("claim and promote do not stop at a key that is held") { probe in
                try await probe.add(
                    try probe.new("a", key: "u", while: [.running]), try probe.new("b", key: "u", while: [.running]),
                    try probe.new("c", now: 1), try probe.new("d", due: 5, key: "v", while: [.available]),
                    try probe.new("e", now: 2, key: "v", while: [.available]))
                try expectEqual(try await probe.claim(3).map(\.job.id.rawValue), ["a", "b", "c"], "claimed")
                try expectEqual(try await probe.job("a").uniqueKey, "u", "the first keeps its key")
                try expectEqual(try await probe.job("b").uniqueKey, nil, "the second gives it up")
                try expectEqual(
                    try await probe.store.promote(now: probe.at(6), limit: 10).promoted, ["default": 1], "promoted")
                try expectEqual(try await probe.job("d").uniqueKey, nil, "the promoted one gives it up")
            },
            Case("a rescued job that would collide gives up its key") { probe in
                try await bring(probe, to: .running, while: [.available])
                try await probe.add(try probe.new("b", key: "u", while: [.available]))
                let reclaimed = try await probe.store.reclaim(owner: StoreProbe.aliceAgain, now: probe.at(1), limit: 10)
                try expectEqual(reclaimed.map(\.state), [.available], "reclaimed")
                try expectEqual(try await probe.job("holder").uniqueKey, nil, "the key that it gave up")
            },
            Case("a manual retry is refused while another job holds the key") { probe in
                try await bring(probe, to: .discarded, while: StoreProbe.unfinished)
                try await probe.add(try probe.new("b", key: "u"))
                let refused = try await probe.store.retry(probe.id("holder"), now: probe.at(2))
                try expectEqual(refused, .duplicate(of: try probe.id("b")), "the retry")
                try await probe.expectState("holder", .discarded)
                _ = try await probe.store.cancel([probe.id("b")], now: probe.at(3))
                let retried = try await probe.store.retry(probe.id("holder"), now: probe.at(4))
                try expectEqual(retried, .retried(try await probe.job("holder")), "the retry afterwards")
                try expectEqual(
                    try await probe.insert(try probe.new("c", key: "u")), .duplicate(try await probe.job("holder")),
                    "the third")
            },
        ]
}
