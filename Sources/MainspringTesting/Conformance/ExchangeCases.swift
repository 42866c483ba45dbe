import MainspringCore
import MainspringStore

extension StoreConformance {
    static let exchangeCases: [Case] = [
        Case("one step ends attempts and hands out jobs, the very one that it gave back among them") { probe in
            try await probe.add(try probe.new("a"), try probe.new("b"), try probe.new("c"))
            let first = try await probe.claim(1, nonce: "x")[0]
            let end = probe.settlement(first, .interrupted, now: 1)
            let exchange = try await probe.store.exchange([end], claiming: probe.request(1, nonce: "y", now: 2))
            try expectEqual(exchange.settled, [.settled(.available)], "settled")
            try expectEqual(exchange.leases.map(\.job.id.rawValue), ["a"], "claimed: it has the first place again")
            try expect(exchange.leases[0].token != first.token, "its token is new")
            try expectEqual(try await probe.store.settle([end]), [.stale], "the old attempt")
            try expectEqual(try await probe.attempts("a").map(\.outcome), [.interrupted, nil], "its attempts")
        },
        Case("a claim sees what the settlements of its step made free: keys and followers") { probe in
            let hold = UniqueHold(key: "u", states: StoreProbe.unfinished, onConflict: .keepLast)
            try await probe.add(try probe.new("holder", unique: hold))
            let lease = try await probe.claimOne()
            _ = try await probe.insert(try probe.new("next", now: 1, unique: hold))
            let exchange = try await probe.store.exchange(
                [probe.settlement(lease, .success(result: nil), now: 2)], claiming: probe.request(nonce: "m", now: 2))
            try expectEqual(exchange.settled, [.settled(.completed)], "settled")
            try expectEqual(exchange.leases.map(\.job.id.rawValue), ["next"], "claimed")
        },
        Case("answers are in the order of the settlements, the stale ones among them") { probe in
            for number in 0..<6 { try await probe.add(try probe.new("j\(number)")) }
            let leases = try await probe.claim()
            try await probe.settle(leases[2], .success(result: nil), now: 1)
            let outcomes: [JobOutcome] = [
                .success(result: nil), .failure(StoreProbe.broken), .success(result: nil), .snoozed(.seconds(1)),
                .cancelled, .discarded(StoreProbe.broken),
            ]
            let settlements = zip(leases, outcomes).map { probe.settlement($0, $1, now: 2) }
            let answers = try await probe.store.settle(settlements.reversed())
            try expectEqual(
                answers,
                [
                    .settled(.discarded), .settled(.cancelled), .settled(.scheduled), .stale, .settled(.retryable),
                    .settled(.completed),
                ], "the answers")
        },
        Case("a stale settlement does not keep the step from the rest of its work") { probe in
            try await probe.add(try probe.new("a"), try probe.new("b"))
            let first = try await probe.claim(1, nonce: "x")[0]
            try await probe.settle(first, .success(result: nil), now: 1)
            let exchange = try await probe.store.exchange(
                [probe.settlement(first, .success(result: nil), now: 2)], claiming: probe.request(nonce: "y", now: 2))
            try expectEqual(exchange.settled, [.stale], "settled")
            try expectEqual(exchange.leases.map(\.job.id.rawValue), ["b"], "claimed")
        },
        Case("each part may be empty") { probe in
            try expectEqual(try await probe.store.exchange([], claiming: nil), Exchange(), "nothing at all")
            try await probe.add(try probe.new("a"))
            let claimed = try await probe.store.exchange([], claiming: probe.request())
            try expectEqual(claimed.leases.count, 1, "claimed")
            let end = probe.settlement(claimed.leases[0], .success(result: nil), now: 1)
            try expectEqual(
                try await probe.store.exchange([end], claiming: nil), Exchange(settled: [.settled(.completed)]),
                "settled")
        },
        Case("after any end a token holds for nothing: settle, renew, report, a new job") { probe in
            for (name, outcome) in [
                ("a", JobOutcome.success(result: nil)), ("b", .failure(StoreProbe.broken)), ("c", .interrupted),
                ("d", .snoozed(.seconds(9))), ("e", .cancelled), ("f", .discarded(StoreProbe.broken)),
            ] {
                try await probe.add(try probe.new(name, kind: name))
                let lease = try await probe.claim(kinds: [name: 1])[0]
                try await probe.settle(lease, outcome, now: 1)
                let before = try await probe.image()
                let again = probe.settlement(lease, .success(result: "2"), now: 2)
                try expectEqual(try await probe.store.settle([again]), [.stale], "settled after \(outcome.name)")
                let renewal = try await probe.store.renew([lease.token], lease: .seconds(60))
                try expectEqual(renewal, Renewal(lost: [lease.token]), "renewed after \(outcome.name)")
                let told = try await probe.report(lease, progress: JobProgress(fraction: 1), now: 2)
                try expectEqual(told, .stale, "reported after \(outcome.name)")
                let child = try await probe.insert(try probe.new("child", parent: probe.parent(lease)))
                try expectEqual(child, .staleParent, "a job made after \(outcome.name)")
                try expectEqual(try await probe.image(), before, "everything after \(outcome.name)")
            }
        },
    ]
}
