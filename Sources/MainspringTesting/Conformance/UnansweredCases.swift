import MainspringCore
import MainspringStore

extension StoreConformance {
    /// Rules of ``ClaimRequest/unanswered``; a store that ignores it leaves such jobs until their leases end.
    static let unansweredCases: [Case] = [
        Case("what an owner was handed without hearing of it is handed out once more, with a new token and lease") {
            probe in
            let term = try await probe.term()
            try await probe.beat(StoreProbe.alice)
            try await probe.add(try probe.new("a"), try probe.new("b"), try probe.new("c"))
            let lost = try await probe.claim(2, nonce: "lost", lease: 10)
            try expectEqual(lost.count, 2, "handed out")
            try await probe.advance(8)
            var request = probe.request(nonce: "next", now: 8, lease: 10)
            request.unanswered = ["lost", "never"]
            let leases = try await probe.store.claim(request)
            try expectEqual(leases.map(\.job.id.rawValue), ["a", "b", "c"], "the jobs")
            for (lease, old) in zip(leases, lost) { try expect(lease.token != old.token, "the old token is gone") }
            try expectEqual(leases.first?.job.startedAt, lost.first?.job.startedAt, "the start")
            try await probe.advance(8)
            let taken = try await probe.store.reclaim(under: term, now: probe.at(16), limit: 10)
            try expectEqual(taken.map(\.id.rawValue), [], "leases that were over")
            // Asked about for as long as the lost request may be late.
            request.nonce = "later"
            try expectEqual(try await probe.store.claim(request).count, 0, "handed out a third time")
            for lease in leases { try await probe.settle(lease, .success(result: nil), now: 17) }
        },
        Case(
            "no more is handed out again than there is demand for, and nothing of another owner's or another request's"
        ) {
            probe in
            try await probe.add(try probe.new("a"), try probe.new("b"), try probe.new("c"), try probe.new("d"))
            _ = try await probe.claim(2, nonce: "lost")
            _ = try await probe.claim(1, by: StoreProbe.bob, nonce: "lost2")
            var request = probe.request(1, nonce: "next")
            request.unanswered = ["lost"]
            try expectEqual(try await probe.store.claim(request).map(\.job.id.rawValue), ["a"], "within the demand")
            request = probe.request(by: StoreProbe.bob, nonce: "bob")
            request.unanswered = ["lost"]
            try expectEqual(try await probe.store.claim(request).map(\.job.id.rawValue), ["d"], "another owner")
            request = probe.request(nonce: "last")
            request.unanswered = ["lost2", "los", "lost."]
            try expectEqual(try await probe.store.claim(request).count, 0, "other requests")
        },
        Case("an attempt that ended is not handed out again") { probe in
            try await probe.add(try probe.new("a"))
            let lease = try await probe.claimOne(nonce: "lost")
            try await probe.settle(lease, .interrupted, now: 1)
            var request = probe.request(nonce: "next", now: 2)
            request.unanswered = ["lost"]
            let leases = try await probe.store.claim(request)
            try expectEqual(leases.count, 1, "claimed")
            try expect(leases[0].token != lease.token, "it is a new attempt")
        },
    ]
}
