import MainspringCore
import MainspringStore

extension StoreConformance {
    static let nodeCases: [Case] = [
        Case("a node is there as it told, and as it tells it anew") { probe in
            var record = NodeRecord(
                identity: StoreProbe.alice,
                process: ProcessStamp(bootID: "b-1", pidNamespace: .max, pid: .max, startTime: .max), host: "höst",
                url: "http://127.0.0.1:7400", version: "1.2.3", startedAt: probe.at(1), seenAt: probe.at(2),
                isDraining: false, kinds: ["scan": 3, "ü": 1], queues: ["default": 4, "other": 0])
            let answer = try await probe.store.beat(
                NodeBeat(node: record, lease: .seconds(60), wantsTerm: false))
            try expectEqual(answer, BeatAnswer(nodes: [record]), "the answer")
            try expectEqual(try await probe.store.nodes(), [record], "the nodes")
            record.seenAt = probe.at(3)
            record.isDraining = true
            record.kinds = [:]
            record.queues = [:]
            record.process = nil
            record.url = nil
            // What the caller says of itself does not make it the leader.
            var claimed = record
            claimed.isLeader = true
            _ = try await probe.store.beat(NodeBeat(node: claimed, lease: .seconds(60), wantsTerm: false))
            try expectEqual(try await probe.store.nodes(), [record], "the nodes after the second beat")
        },
        Case("nodes are listed by name, each answer with all that live, the caller among them") { probe in
            try await probe.beat(StoreProbe.bob)
            try await probe.beat(StoreProbe.keeper)
            let answer = try await probe.beat(StoreProbe.alice, wantsTerm: true)
            let expected = [
                probe.node(StoreProbe.alice, isLeader: true), probe.node(StoreProbe.bob), probe.node(StoreProbe.keeper),
            ]
            try expectEqual(answer.nodes, expected, "the answer")
            try expectEqual(try await probe.store.nodes(), expected, "the nodes")
        },
        Case("a beat keeps its node alive for its lease from then on") { probe in
            for _ in 0..<4 {
                try await probe.beat(StoreProbe.alice, lease: 60)
                try await probe.advance(59)
                try expectEqual(try await probe.store.nodes().count, 1, "the nodes")
            }
            try await probe.advance(2)
            try expectEqual(try await probe.store.nodes(), [], "the nodes after its lease")
            try expectEqual(try await probe.beat(StoreProbe.bob).nodes.map(\.identity), [StoreProbe.bob], "the answer")
        },
        Case("a name belongs to one live incarnation; another one's beat is refused and changes nothing") { probe in
            try await probe.beat(StoreProbe.alice, lease: 60)
            let before = try await probe.image()
            let refused = try await probe.beat(StoreProbe.aliceAgain, kinds: ["other": 1], wantsTerm: true)
            try expectEqual(
                refused, BeatAnswer(nodes: [probe.node(StoreProbe.alice)], isRefused: true), "the answer")
            try expectEqual(try await probe.image(), before, "everything after it")
            try await probe.advance(61)
            let taken = try await probe.beat(StoreProbe.aliceAgain)
            try expectEqual(taken.nodes.map(\.identity), [StoreProbe.aliceAgain], "once the lease is over")
            try expect(!taken.isRefused, "the name is free then")
            try expect(try await probe.beat(StoreProbe.alice).isRefused, "the first comes too late")
        },
        Case("a node that was found dead is forgotten, and its name is free in the same step") { probe in
            try await probe.beat(StoreProbe.alice)
            try await probe.beat(StoreProbe.bob)
            let answer = try await probe.beat(StoreProbe.aliceAgain, gone: [StoreProbe.alice])
            try expectEqual(
                answer.nodes.map(\.identity), [StoreProbe.aliceAgain, StoreProbe.bob], "the nodes")
            // A finding that comes too late does not concern the new life.
            try await probe.beat(StoreProbe.bob, gone: [StoreProbe.alice])
            try expectEqual(
                try await probe.store.nodes().map(\.identity), [StoreProbe.aliceAgain, StoreProbe.bob], "later")
        },
        Case("a refused beat still ends the nodes that were found dead") { probe in
            try await probe.beat(StoreProbe.alice)
            try await probe.beat(StoreProbe.bob, wantsTerm: true)
            let refused = try await probe.beat(StoreProbe.aliceAgain, gone: [StoreProbe.bob], wantsTerm: true)
            try expect(refused.isRefused, "it is refused")
            try expectEqual(refused.nodes, [probe.node(StoreProbe.alice)], "the answer")
            try expectEqual(try await probe.store.nodes(), [probe.node(StoreProbe.alice)], "the nodes")
            try expect(try await probe.beat(StoreProbe.alice, wantsTerm: true).term != nil, "its term is free")
        },
        Case("a node that left is forgotten, and only that life of it") { probe in
            try await probe.beat(StoreProbe.alice)
            try await probe.store.leave(StoreProbe.aliceAgain)
            try expectEqual(try await probe.store.nodes().map(\.identity), [StoreProbe.alice], "after another's leave")
            try await probe.store.leave(StoreProbe.alice)
            try expectEqual(try await probe.store.nodes(), [], "after its own")
            try await probe.store.leave(StoreProbe.alice)
            try expect(!(try await probe.beat(StoreProbe.aliceAgain).isRefused), "its name is free")
        },
        Case("a wish is told once, the last one, and only to its node") { probe in
            try await probe.beat(StoreProbe.alice)
            try await probe.beat(StoreProbe.bob)
            for wish in NodeWish.allCases {
                try expectEqual(try await probe.store.ask(wish, of: "alice"), true, "asking to \(wish)")
            }
            try expectEqual(try await probe.beat(StoreProbe.bob).wish, nil, "another's beat")
            try expectEqual(try await probe.beat(StoreProbe.alice).wish, NodeWish.allCases.last, "its beat")
            try expectEqual(try await probe.beat(StoreProbe.alice).wish, nil, "the beat after it")
            for wish in NodeWish.allCases {
                _ = try await probe.store.ask(wish, of: "alice")
                try expectEqual(try await probe.beat(StoreProbe.alice).wish, wish, "each wish")
            }
        },
        Case("nobody can be asked who is not there") { probe in
            try expectEqual(try await probe.store.ask(.stop, of: "alice"), false, "one that never was")
            try await probe.beat(StoreProbe.alice, lease: 60)
            try await probe.advance(61)
            try expectEqual(try await probe.store.ask(.stop, of: "alice"), false, "one that is silent")
            try await probe.beat(StoreProbe.alice)
            try expectEqual(try await probe.beat(StoreProbe.alice).wish, nil, "its beat once it is back")
            try await probe.store.leave(StoreProbe.alice)
            try expectEqual(try await probe.store.ask(.stop, of: "alice"), false, "one that left")
        },
        Case("a wish does not outlive the life that it was meant for") { probe in
            try await probe.beat(StoreProbe.alice)
            _ = try await probe.store.ask(.stop, of: "alice")
            let next = try await probe.beat(StoreProbe.aliceAgain, gone: [StoreProbe.alice])
            try expectEqual(next.wish, nil, "the next life's first beat")
            _ = try await probe.store.ask(.drain, of: "alice")
            try await probe.store.leave(StoreProbe.aliceAgain)
            try expectEqual(try await probe.beat(StoreProbe.alice).wish, nil, "the first beat after a leave")
        },
        Case("a refused beat does not take the wish of the life that has the name") { probe in
            try await probe.beat(StoreProbe.alice)
            _ = try await probe.store.ask(.drain, of: "alice")
            try expectEqual(try await probe.beat(StoreProbe.aliceAgain).wish, nil, "the refused one")
            try expectEqual(try await probe.beat(StoreProbe.alice).wish, .drain, "its own")
        },
    ]
}
