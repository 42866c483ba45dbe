import MainspringCore
import MainspringStore

extension StoreConformance {
    /// Something to do for every verb of the leader.
    private static func addWork(_ probe: StoreProbe) async throws {
        try await probe.add(try probe.new("runs"), try probe.new("done"))
        let leases = try await probe.claim()
        try await probe.settle(leases[1], .success(result: nil), now: 1)
        try await probe.add(try probe.new("due", due: 10), try probe.new("odd", kind: "odd"))
    }

    /// Each verb of the leader, refused under the term.
    private static func expectStale(_ probe: StoreProbe, _ term: Term) async throws {
        let store = probe.store
        try await probe.expectStaleTerm("promote") {
            _ = try await store.promote(under: term, now: probe.at(99), limit: 9)
        }
        try await probe.expectStaleTerm("reclaim") {
            _ = try await store.reclaim(under: term, now: probe.at(99), limit: 9)
        }
        try await probe.expectStaleTerm("park") { _ = try await store.park(under: term, limit: 9) }
        try await probe.expectStaleTerm("prune") {
            _ = try await store.prune(
                under: term, finishedBefore: [.completed: probe.at(99)], now: probe.at(99), limit: 9)
        }
        let occurrence = ScheduleOccurrence(schedule: "s", instant: probe.at(1), skipsOverlap: false, term: term)
        let before = try await probe.image()
        try expectEqual(
            try await probe.insert(try probe.new("fired", occurrence: occurrence)), .staleTerm, "firing a schedule")
        try expectEqual(try await probe.image(), before, "everything after a refused firing")
    }

    /// Each verb of the leader does its work under the term.
    private static func expectHolds(_ probe: StoreProbe, _ term: Term) async throws {
        let store = probe.store
        try expectEqual(
            try await store.promote(under: term, now: probe.at(99), limit: 9).promoted, ["default": 1], "promoted")
        try expectEqual(try await store.reclaim(under: term, now: probe.at(99), limit: 9).count, 1, "reclaimed")
        try expectEqual(try await store.park(under: term, limit: 9).parked, 1, "parked")
        let pruned = try await store.prune(
            under: term, finishedBefore: [.completed: probe.at(99)], now: probe.at(99), limit: 9)
        try expectEqual(pruned, 1, "pruned")
        let occurrence = ScheduleOccurrence(schedule: "s", instant: probe.at(1), skipsOverlap: false, term: term)
        try await probe.add(try probe.new("fired", occurrence: occurrence))
    }

    private static func term(_ answer: BeatAnswer) throws -> Term {
        guard let term = answer.term else { throw ConformanceFailure("the node gets the term") }
        return term
    }

    /// How a leader ends, and the next one begins.
    private static let successions: [(name: String, body: @Sendable (StoreProbe) async throws -> Void)] = [
        ("left", { try await $0.store.leave(StoreProbe.alice) }),
        ("was found dead", { _ = try await $0.beat(StoreProbe.bob, gone: [StoreProbe.alice]) }),
        ("was silent for its lease", { try await $0.advance(61) }),
        ("wants it no more", { _ = try await $0.beat(StoreProbe.alice, lease: 60) }),
    ]

    static let termCases: [Case] =
        successions.map { succession in
            Case("the term passes on once its node \(succession.name), and the old one is refused everywhere") {
                probe in
                try await addWork(probe)
                let old = try term(try await probe.beat(StoreProbe.alice, lease: 60, wantsTerm: true))
                try expectEqual(try await probe.beat(StoreProbe.bob, wantsTerm: true).term, nil, "another's, before")
                try await succession.body(probe)
                // A node that does not want it gets none.
                try expectEqual(try await probe.beat(StoreProbe.bob).term, nil, "one that does not want it")
                let new = try term(try await probe.beat(StoreProbe.bob, kinds: ["scan": 1], wantsTerm: true))
                try expect(new.number > old.number, "the number grows: \(new.number) after \(old.number)")
                try await expectStale(probe, old)
                let leaders = try await probe.store.nodes().filter(\.isLeader).map(\.identity)
                try expectEqual(leaders, [StoreProbe.bob], "who leads")
                try await probe.store.leave(StoreProbe.alice)
                try await expectHolds(probe, new)
            }
        } + [
            Case("the term stays with its node as long as it beats") { probe in
                let first = try await probe.beat(StoreProbe.alice, lease: 60, wantsTerm: true).term
                for _ in 0..<5 {
                    try await probe.advance(50)
                    try expectEqual(
                        try await probe.beat(StoreProbe.alice, lease: 60, wantsTerm: true).term, first, "its term")
                    try expectEqual(
                        try await probe.beat(StoreProbe.bob, lease: 60, wantsTerm: true).term, nil, "the other's")
                }
            },
            Case("without a leader every term is refused, the last one too") { probe in
                try await addWork(probe)
                let old = try term(try await probe.beat(StoreProbe.alice, wantsTerm: true))
                try await probe.store.leave(StoreProbe.alice)
                for number in [old.number - 1, old.number, old.number + 1] {
                    try await expectStale(probe, Term(number: number))
                }
            },
            Case("a term that was never issued is refused") { probe in
                try await addWork(probe)
                let term = try term(try await probe.beat(StoreProbe.bob, wantsTerm: true))
                for number in [term.number + 1, term.number - 1, 0, -1, .max, .min] {
                    try await expectStale(probe, Term(number: number))
                }
                try await expectHolds(probe, term)
            },
            Case("a node that comes back gets a greater term than it had") { probe in
                var last = try term(try await probe.beat(StoreProbe.alice, lease: 60, wantsTerm: true))
                for end in 0..<3 {
                    switch end {
                    case 0: try await probe.store.leave(StoreProbe.alice)
                    case 1: try await probe.beat(StoreProbe.alice, lease: 60)
                    default: try await probe.advance(61)
                    }
                    let next = try term(try await probe.beat(StoreProbe.alice, lease: 60, wantsTerm: true))
                    try expect(next.number > last.number, "\(next.number) after \(last.number)")
                    try await probe.expectStaleTerm("promote") {
                        _ = try await probe.store.promote(under: last, now: probe.at(0), limit: 1)
                    }
                    last = next
                }
            },
            Case("another life of the leader does not have its term") { probe in
                let old = try term(try await probe.beat(StoreProbe.alice, wantsTerm: true))
                let refused = try await probe.beat(StoreProbe.aliceAgain, wantsTerm: true)
                try expectEqual(refused.term, nil, "while the old one lives")
                let new = try term(
                    try await probe.beat(StoreProbe.aliceAgain, gone: [StoreProbe.alice], wantsTerm: true))
                try expect(new.number > old.number, "\(new.number) after \(old.number)")
                try await probe.expectStaleTerm("reclaim") {
                    _ = try await probe.store.reclaim(under: old, now: probe.at(0), limit: 1)
                }
            },
            Case("the leave of a node that does not lead leaves the term where it is") { probe in
                let term = try term(try await probe.beat(StoreProbe.alice, wantsTerm: true))
                try await probe.beat(StoreProbe.bob)
                try await probe.store.leave(StoreProbe.bob)
                try await probe.store.leave(StoreProbe.aliceAgain)
                try await probe.store.leave(StoreProbe.keeper)
                try expectEqual(try await probe.beat(StoreProbe.alice, wantsTerm: true).term, term, "the term")
                _ = try await probe.store.promote(under: term, now: probe.at(0), limit: 1)
            },
        ]
}
