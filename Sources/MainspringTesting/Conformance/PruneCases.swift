import MainspringCore
import MainspringStore

extension StoreConformance {
    static let pruneCases: [Case] = [
        Case("prune removes what ended before its state's time, longest ended first, and nothing else") { probe in
            try await addOneOfEach(probe)
            for number in 0..<4 {
                try await probe.add(try probe.new("done\(number)", queue: "other"))
                let lease = try await probe.claim(queue: "other", nonce: "d\(number)")[0]
                try await probe.settle(lease, .success(result: nil), now: Double(10 - number))
            }
            let every = Dictionary(uniqueKeysWithValues: JobState.allCases.map { ($0, 1.0) })
            try expectEqual(try await probe.prune(every), 0, "pruned at their very time")
            let old: [JobState: Double] = [.completed: 9.5, .running: 100, .available: 100, .pending: 100]
            try expectEqual(try await probe.prune(old, limit: 0), 0, "pruned with a limit of nothing")
            try expectEqual(try await probe.prune(old, limit: 3), 3, "pruned up to the limit")
            let left = Set(try await probe.all().map(\.id.rawValue))
            try expect(
                !left.contains("completed") && !left.contains("done3") && !left.contains("done2"),
                "the oldest went first")
            try expect(
                left.isSuperset(of: ["done1", "done0", "running", "pending", "available", "discarded", "cancelled"]),
                "the others stayed")
            try expectEqual(try await probe.prune(old), 1, "pruned then")
            try expectEqual(try await probe.store.attempts(of: probe.id("done1")), nil, "the attempts of a pruned job")
            try expectEqual(try await probe.store.outputs(of: probe.id("done1")), [], "its output")
            try await probe.add(try probe.new("completed"))
        },
        Case("each final state has its own time, and one that is not named stays") { probe in
            try await addOneOfEach(probe)
            for (state, left) in [(JobState.discarded, 7), (.cancelled, 6), (.completed, 5)] {
                try expectEqual(try await probe.prune([state: 100]), 1, "\(state.rawValue) jobs")
                try expectEqual(try await probe.all().count, left, "the others after \(state.rawValue)")
            }
            try expectEqual(try await probe.prune([:]), 0, "without a time")
        },
        Case("a new job does not inherit the history of a pruned one") { probe in
            try await probe.add(try probe.new("a"))
            let output = AttemptOutput(standardOutput: [1])
            let end = probe.settlement(try await probe.claimOne(), .success(result: nil), now: 1, output: output)
            _ = try await probe.store.settle([end])
            _ = try await probe.prune([.completed: 2])
            try await probe.add(try probe.new("b"), try probe.new("a"))
            for name in ["a", "b"] {
                try expectEqual(try await probe.attempts(name), [], "the attempts of \(name)")
                try expectEqual(try await probe.store.outputs(of: probe.id(name)), [], "the output of \(name)")
            }
        },
        Case("a token of a pruned job holds for nobody") { probe in
            try await probe.add(try probe.new("a"))
            let lease = try await probe.claimOne()
            try await probe.settle(lease, .success(result: nil), now: 1)
            _ = try await probe.prune([.completed: 2])
            try await probe.add(try probe.new("a"), try probe.new("b"))
            let again = probe.settlement(lease, .success(result: nil), now: 3)
            try expectEqual(try await probe.store.settle([again]), [.stale], "settled")
            try expectEqual(try await probe.report(lease), .stale, "reported")
        },
    ]
}
