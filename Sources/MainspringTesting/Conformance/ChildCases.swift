import MainspringCore
import MainspringStore

extension StoreConformance {
    static let childCases: [Case] = [
        Case("a running attempt makes jobs under its token, and they name their parent") { probe in
            try await probe.add(try probe.new("parent"))
            let lease = try await probe.claimOne()
            try await probe.add(
                try probe.new("a", parent: probe.parent(lease)), try probe.new("b", due: 9, parent: probe.parent(lease))
            )
            try expectEqual(try await probe.job("a").parent, lease.job.id, "the parent")
            try await probe.settle(lease, .success(result: nil), now: 2)
            let again = try await probe.insert(try probe.new("c", parent: probe.parent(lease)))
            try expectEqual(again, .staleParent, "after its end")
            try expectEqual(try await probe.job("b").parent, lease.job.id, "the parent of one that was made before")
        },
        Case("an attempt whose token no longer holds makes no job") { probe in
            try await probe.add(try probe.new("parent"), try probe.new("another"))
            let leases = try await probe.claim(nonce: "x")
            try expectEqual(try await probe.reclaim(now: 1).count, 2, "reclaimed")
            let waiting = try await probe.insert(try probe.new("a", parent: probe.parent(leases[0])))
            try expectEqual(waiting, .staleParent, "while it waits")
            let now = try await probe.claim(nonce: "y", now: 2)
            let running = try await probe.insert(try probe.new("a", parent: probe.parent(leases[0])))
            try expectEqual(running, .staleParent, "while it runs again")
            let crossed = ParentAttempt(id: now[0].job.id, token: now[1].token)
            try expectEqual(
                try await probe.insert(try probe.new("a", parent: crossed)), .staleParent, "with another job's token")
            let unknown = ParentAttempt(id: try probe.id("unknown"), token: now[0].token)
            try expectEqual(
                try await probe.insert(try probe.new("a", parent: unknown)), .staleParent, "for a job that is not there"
            )
            try expectEqual(try await probe.store.job(probe.id("a")), nil, "the child")
            try await probe.add(try probe.new("a", parent: probe.parent(now[0])))
        },
        Case("a stale parent's group is refused whole, and other groups are written") { probe in
            try await probe.add(try probe.new("parent"))
            let lease = try await probe.claimOne()
            try await probe.settle(lease, .interrupted, now: 1)
            let results = try await probe.store.insert(
                [[try probe.new("a"), try probe.new("b", parent: probe.parent(lease))], [try probe.new("c")]],
                now: probe.at(2))
            let third = try await probe.job("c")
            try expectEqual(results, [[.notWritten, .staleParent], [.inserted(third)]], "the answers")
            try expectEqual(try await probe.store.job(probe.id("a")), nil, "the group's other job")
        },
        Case("an attempt that was asked to cancel still makes jobs: its token holds") { probe in
            try await probe.add(try probe.new("parent"))
            let lease = try await probe.claimOne()
            try await probe.cancel("parent")
            try await probe.add(try probe.new("a", parent: probe.parent(lease)))
        },
    ]
}
