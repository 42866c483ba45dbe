import MainspringCore
import MainspringStore

extension StoreConformance {
    /// Brings a job with the given key to a state. Its lease when it runs.
    @discardableResult
    static func bring(_ probe: StoreProbe, to state: JobState, holding hold: UniqueHold) async throws -> Lease? {
        try await probe.add(
            try probe.new("holder", due: state == .scheduled ? 1000 : nil, maxAttempts: 2, unique: hold))
        switch state {
        case .pending, .scheduled, .available: break
        case .cancelled: try await probe.cancel("holder")
        case .running: return try await probe.claimOne()
        case .retryable: try await probe.settle(try await probe.claimOne(), .failure(StoreProbe.broken), now: 1)
        case .completed: try await probe.settle(try await probe.claimOne(), .success(result: nil), now: 1)
        case .discarded: try await probe.settle(try await probe.claimOne(), .discarded(StoreProbe.broken), now: 1)
        }
        try await probe.expectState("holder", state)
        return nil
    }

    /// Every way in which a job can end, after it was made with the name `holder`.
    static let ends: [(name: String, body: @Sendable (StoreProbe) async throws -> Void)] = [
        ("a success", { try await $0.settle(try await $0.claimOne(), .success(result: nil), now: 1) }),
        ("a last failure", { try await $0.settle(try await $0.claimOne(), .discarded(StoreProbe.broken), now: 1) }),
        ("a cancel while it waits", { _ = try await $0.cancel("holder") }),
        (
            "a cancel while it runs",
            { probe in
                let lease = try await probe.claimOne()
                try await probe.cancel("holder")
                try await probe.settle(lease, .cancelled, now: 2)
            }
        ),
        (
            "a cancel while it waits for another attempt",
            { probe in
                try await probe.settle(try await probe.claimOne(), .failure(StoreProbe.broken), now: 1)
                try await probe.cancel("holder", now: 2)
            }
        ),
        (
            "a cancel whose owner died",
            { probe in
                _ = try await probe.claimOne()
                try await probe.cancel("holder")
                try expectEqual(try await probe.reclaim(now: 2).map(\.state), [.cancelled], "reclaimed")
            }
        ),
        (
            "too many rescues",
            { probe in
                for number in 1...2 {
                    _ = try await probe.claimOne(nonce: "r\(number)")
                    _ = try await probe.reclaim(now: 2)
                }
                try await probe.expectState("holder", .discarded)
            }
        ),
    ]

    static let uniqueStateCases: [Case] =
        JobState.allCases.filter { $0 != .pending }.flatMap { state in
            [
                Case("a unique key is held in state \(state.rawValue) when the policy names it") { probe in
                    let hold = UniqueHold(key: "u", states: [.scheduled, .available, state])
                    try await bring(probe, to: state, holding: hold)
                    let holder = try await probe.job("holder")
                    try expectEqual(
                        try await probe.insert(try probe.new("b", unique: hold)), .duplicate(holder), "the second")
                    try await probe.add(try probe.new("c", unique: UniqueHold(key: "v", states: hold.states)))
                },
                Case("a unique key is free in state \(state.rawValue) when the policy leaves it out") { probe in
                    let states = Set(JobState.allCases).subtracting([state])
                    try await bring(probe, to: state, holding: UniqueHold(key: "u", states: states))
                    try await probe.add(
                        try probe.new("b", unique: UniqueHold(key: "u", states: StoreProbe.unfinished)))
                },
            ]
        }
        + ends.map { end in
            Case("a key is free after \(end.name)") { probe in
                let hold = UniqueHold(key: "u", states: StoreProbe.unfinished)
                try await probe.add(try probe.new("holder", maxRescues: 1, unique: hold))
                try await end.body(probe)
                try await probe.add(try probe.new("b", now: 9, unique: hold))
            }
        } + [
            Case("a job that does not hold its key in its first state does not collide there") { probe in
                try await probe.add(
                    try probe.new("a", unique: UniqueHold(key: "u", states: StoreProbe.unfinished)),
                    try probe.new("b", unique: UniqueHold(key: "u", states: [.running])))
            },
            Case("a key is free again once its job is pruned") { probe in
                let hold = UniqueHold(key: "u", states: Set(JobState.allCases))
                try await bring(probe, to: .completed, holding: hold)
                try expectEqual(try await probe.prune([.completed: 2]), 1, "pruned")
                try await probe.add(try probe.new("b", unique: hold))
            },
            Case("a failure is never refused: a job that would collide gives up its key") { probe in
                let hold = UniqueHold(key: "u", states: [.available, .retryable])
                guard let lease = try await bring(probe, to: .running, holding: hold) else { return }
                try await probe.add(try probe.new("b", unique: hold))
                try await probe.settle(lease, .failure(StoreProbe.broken), now: 2)
                try await probe.expectState("holder", .retryable)
                try expectEqual(try await probe.job("holder").unique, nil, "the key that it gave up")
                try expectEqual(
                    try await probe.insert(try probe.new("c", unique: hold)), .duplicate(try await probe.job("b")),
                    "the third")
            },
            Case("claim and promote do not stop at a key that is held") { probe in
                let running = UniqueHold(key: "u", states: [.running])
                let available = UniqueHold(key: "v", states: [.available])
                try await probe.add(
                    try probe.new("a", unique: running), try probe.new("b", unique: running),
                    try probe.new("c", now: 1),
                    try probe.new("d", due: 5, unique: available), try probe.new("e", now: 2, unique: available))
                try expectEqual(try await probe.claim(3).map(\.job.id.rawValue), ["a", "b", "c"], "claimed")
                try expectEqual(try await probe.job("a").unique, running, "the first keeps its key")
                try expectEqual(try await probe.job("b").unique, nil, "the second gives it up")
                try expectEqual(try await probe.promote(now: 6).promoted, ["default": 1], "promoted")
                try expectEqual(try await probe.job("d").unique, nil, "the promoted one gives it up")
            },
            Case("a rescued job that would collide gives up its key") { probe in
                let hold = UniqueHold(key: "u", states: [.available])
                try await bring(probe, to: .running, holding: hold)
                try await probe.add(try probe.new("b", unique: hold))
                try expectEqual(try await probe.reclaim(now: 1).map(\.state), [.available], "reclaimed")
                try expectEqual(try await probe.job("holder").unique, nil, "the key that it gave up")
            },
            Case("a manual retry is refused while another job holds the key") { probe in
                let hold = UniqueHold(key: "u", states: StoreProbe.unfinished)
                try await bring(probe, to: .discarded, holding: hold)
                try await probe.add(try probe.new("b", unique: hold))
                let refused = try await probe.retry("holder")
                try expectEqual(refused, .duplicate(of: try probe.id("b")), "the retry")
                try await probe.expectState("holder", .discarded)
                try await probe.cancel("b", now: 3)
                let retried = try await probe.retry("holder", now: 4)
                try expectEqual(retried, .retried(try await probe.job("holder")), "the retry afterwards")
                try expectEqual(
                    try await probe.insert(try probe.new("c", unique: hold)), .duplicate(try await probe.job("holder")),
                    "the third")
            },
        ]
}
