import MainspringCore
import MainspringStore

extension StoreConformance {
    static let leaseCases: [Case] = [
        Case("a renewal moves the end of leases that hold, and tells which are lost or asked to cancel") { probe in
            try await probe.beat(StoreProbe.alice)
            try await probe.add(try probe.new("a"), try probe.new("b"), try probe.new("c"), try probe.new("d"))
            let leases = try await probe.claim(lease: 10)
            try await probe.cancel("b")
            try await probe.settle(leases[2], .success(result: nil), now: 1)
            try await probe.advance(5)
            let renewal = try await probe.store.renew(leases.prefix(3).map(\.token), lease: .seconds(100))
            try expectEqual(
                renewal, Renewal(lost: [leases[2].token], cancelRequested: [leases[1].token]), "the renewal")
            try await probe.advance(94)
            try expectEqual(try await probe.reclaim(now: 1).map(\.id.rawValue), ["d"], "reclaimed: the one left out")
            try await probe.advance(7)
            try expectEqual(
                try await probe.reclaim(now: 1).map(\.id.rawValue), ["a", "b"], "reclaimed after the new end")
        },
        Case("a renewal may shorten a lease") { probe in
            try await probe.beat(StoreProbe.alice)
            try await probe.add(try probe.new("a"))
            let lease = try await probe.claimOne(lease: 1000)
            _ = try await probe.store.renew([lease.token], lease: .seconds(1))
            try await probe.advance(2)
            try expectEqual(try await probe.reclaim(now: 0).count, 1, "reclaimed")
        },
        Case("a lease that is over holds until somebody takes the job back") { probe in
            try await probe.beat(StoreProbe.alice)
            try await probe.add(try probe.new("a"))
            let lease = try await probe.claimOne(lease: 10)
            try await probe.advance(50)
            try expectEqual(try await probe.report(lease), .recorded(cancelRequested: false), "reported late")
            let renewal = try await probe.store.renew([lease.token], lease: .seconds(60))
            try expectEqual(renewal, Renewal(), "renewed late")
            try expectEqual(try await probe.reclaim(now: 50), [], "reclaimed after that")
            try await probe.advance(100)
            try await probe.settle(lease, .success(result: nil), now: 150)
        },
        Case("leases follow the store's own clock: no jump of the callers' clocks ends one") { probe in
            try await probe.beat(StoreProbe.alice)
            try await probe.add(try probe.new("a"))
            let lease = try await probe.claimOne(now: 0, lease: 60)
            for jump in [3600.0, -3600.0, 1_000_000_000.0] {
                try expectEqual(try await probe.reclaim(now: jump), [], "reclaimed after a jump of \(jump) s")
                _ = try await probe.promote(now: jump)
            }
            try expectEqual(try await probe.store.renew([lease.token], lease: .seconds(60)), Renewal(), "renewed")
            try await probe.settle(lease, .success(result: nil), now: -3600)
        },
        Case("leases follow the store's own clock: a clock that stands still keeps none alive") { probe in
            try await probe.beat(StoreProbe.alice)
            try await probe.add(try probe.new("a"))
            _ = try await probe.claimOne(now: 3600, lease: 60)
            try await probe.advance(59)
            try expectEqual(try await probe.reclaim(now: 0), [], "reclaimed before the end")
            try await probe.advance(2)
            try expectEqual(try await probe.reclaim(now: 0).map(\.id.rawValue), ["a"], "reclaimed after it")
        },
        Case("nodes follow the store's own clock, too") { probe in
            try await probe.beat(StoreProbe.bob, lease: 60)
            try await probe.advance(59)
            try expectEqual(try await probe.store.nodes().map(\.identity), [StoreProbe.bob], "before its end")
            try await probe.advance(2)
            try expectEqual(try await probe.store.nodes(), [], "after it")
        },
        Case("a renewal without tokens, or of tokens that nobody knows") { probe in
            try expectEqual(try await probe.store.renew([], lease: .seconds(1)), Renewal(), "none")
            let odd = ["", ".", "n.1", "n.-1", "1", "'; --"].map { AttemptToken(rawValue: $0) }
            try expectEqual(try await probe.store.renew(odd, lease: .seconds(1)), Renewal(lost: Set(odd)), "unknown")
        },
    ]
}
