import MainspringCore
import MainspringStore

extension StoreConformance {
    static let parkingCases: [Case] = [
        Case("jobs of a kind or a version that no live node knows are parked, and say why") { probe in
            try await probe.beat(StoreProbe.alice, kinds: ["scan": 2, "mail": 1])
            try await probe.beat(StoreProbe.bob, kinds: ["scan": 1])
            try await probe.add(
                try probe.new("known", version: 2), try probe.new("newer", version: 3),
                try probe.new("odd", kind: "odd", queue: "other"), try probe.new("mail", kind: "mail"),
                try probe.new("later", kind: "odd", due: 100))
            try expectEqual(try await probe.park(), Parking(parked: 2), "the first look")
            try expectEqual(try await probe.park(), Parking(), "the second look")
            for (name, words) in [("newer", ["scan", "3", "2"]), ("odd", ["odd"])] {
                let job = try await probe.job(name)
                try expectEqual(job.state, .available, "the state of \(name)")
                let reason = job.parked ?? ""
                try expect(words.allSatisfy { reason.contains($0) }, "\(name) says why: \(reason)")
            }
            for name in ["known", "mail", "later"] {
                try expectEqual(try await probe.job(name).parked, nil, "why \(name) is parked")
            }
            let queues = try await probe.store.queues()
            try expectEqual(queues.map(\.parked), [1, 1], "parked, by queue")
            try expectEqual(queues.map { $0.counts[.available] }, [3, 1], "available, by queue")
            try expectEqual(queues.map(\.oldestAvailableAt), [probe.at(0), nil], "next in line, by queue")
        },
        Case("a parked job is not handed out, also not to a node that knows it, until it is in line again") { probe in
            try await probe.add(try probe.new("a", kind: "odd"))
            _ = try await probe.park()
            try expectEqual(try await probe.claim(kinds: ["odd": 9]), [], "claimed while parked")
            try await probe.beat(StoreProbe.alice, kinds: ["odd": 1])
            try expectEqual(try await probe.park(), Parking(released: ["default": 1]), "the look after that")
            try expectEqual(try await probe.job("a").parked, nil, "why it is parked")
            try expectEqual(try await probe.store.queues().map(\.parked), [0], "parked, by queue")
            try expectEqual(try await probe.claim(kinds: ["odd": 1]).map(\.job.id.rawValue), ["a"], "claimed")
        },
        Case("a released job has its old place in line") { probe in
            try await probe.beat(StoreProbe.bob)
            try await probe.add(try probe.new("odd", kind: "odd", now: 0), try probe.new("b", now: 1))
            _ = try await probe.park()
            try await probe.beat(StoreProbe.alice, kinds: ["odd": 1])
            _ = try await probe.park()
            try expectEqual(
                try await probe.claim(kinds: ["scan": 1, "odd": 1]).map(\.job.id.rawValue), ["odd", "b"], "the order")
        },
        Case("a newer version is released when a node learns it, and not before") { probe in
            try await probe.add(try probe.new("a", version: 3))
            for version in [1, 2] {
                try await probe.beat(StoreProbe.alice, kinds: ["scan": version])
                _ = try await probe.park()
                try expect(try await probe.job("a").parked != nil, "it is parked while version \(version) is known")
            }
            try await probe.beat(StoreProbe.alice, kinds: ["scan": 4])
            try expectEqual(try await probe.park().released, ["default": 1], "released")
        },
        Case("what only a node knew that is gone is parked") { probe in
            try await probe.beat(StoreProbe.alice, kinds: ["scan": 1], lease: 60)
            try await probe.add(try probe.new("a"))
            try expectEqual(try await probe.park(), Parking(), "while it lives")
            try await probe.advance(61)
            try expectEqual(try await probe.park(), Parking(parked: 1), "once it is silent")
        },
        Case("a parked job is cancelled like any other, and is parked no more") { probe in
            try await probe.add(try probe.new("a", kind: "odd"))
            _ = try await probe.park()
            let result = try await probe.cancel("a")
            let job = try await probe.job("a")
            try expectEqual(result, .cancelled(job), "the answer")
            try expectEqual(job.parked, nil, "why it is parked")
            try expectEqual(try await probe.store.queues().map(\.parked), [0], "parked, by queue")
            try await probe.beat(StoreProbe.alice, kinds: ["odd": 1])
            try expectEqual(try await probe.park(), Parking(), "the look after that")
            try await probe.retry("a")
            try expectEqual(try await probe.claim(kinds: ["odd": 1]).count, 1, "claimed after a retry")
        },
        Case("a parked job is available, so a retry of it is refused and leaves it parked") { probe in
            try await probe.add(try probe.new("a", kind: "odd"))
            _ = try await probe.park()
            let job = try await probe.job("a")
            try expectEqual(try await probe.retry("a"), .notAllowed(job), "the retry")
            try expectEqual(try await probe.job("a"), job, "the job")
        },
        Case("a parked job holds its unique key") { probe in
            let hold = UniqueHold(key: "u", states: StoreProbe.unfinished)
            try await probe.add(try probe.new("a", kind: "odd", unique: hold))
            _ = try await probe.park()
            try expectEqual(
                try await probe.insert(try probe.new("b", unique: hold)), .duplicate(try await probe.job("a")),
                "another")
        },
        Case("a look goes through the first of each line, and releases at most as many") { probe in
            for number in 0..<5 {
                for queue in ["p", "q"] {
                    try await probe.add(try probe.new("\(queue)\(number)", kind: "odd", queue: queue))
                }
            }
            try expectEqual(try await probe.park(limit: 0), Parking(), "a limit of nothing")
            try expectEqual(try await probe.park(limit: 3), Parking(parked: 6), "the first of each line")
            try expectEqual(try await probe.park(limit: 3), Parking(parked: 4), "the rest")
            try await probe.beat(StoreProbe.alice, kinds: ["odd": 1])
            try expectEqual(try await probe.park(limit: 3), Parking(released: ["p": 2, "q": 1]), "the oldest")
            try expectEqual(try await probe.park(limit: 100), Parking(released: ["p": 3, "q": 4]), "all the others")
        },
        Case("many that no node knows do not keep one parked that a node knows by now") { probe in
            for number in 0..<9 { try await probe.add(try probe.new("odd\(number)", kind: "odd")) }
            try await probe.add(try probe.new("mine", kind: "mine"))
            _ = try await probe.park()
            try await probe.beat(StoreProbe.alice, kinds: ["mine": 1])
            try expectEqual(try await probe.park(limit: 2), Parking(released: ["default": 1]), "released")
            try expectEqual(try await probe.job("mine").parked, nil, "why it is parked")
        },
        Case("a rescued job whose kind nobody knows by now is parked at the next look") { probe in
            try await probe.add(try probe.new("a"))
            _ = try await probe.claimOne()
            _ = try await probe.reclaim(now: 1)
            try expectEqual(try await probe.park(), Parking(parked: 1), "the look")
        },
    ]
}
