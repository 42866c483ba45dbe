import MainspringCore
import MainspringJobs
import MainspringStore
import MainspringTesting
import Testing

@Suite("Wounds: a store that goes away and comes back", .timeLimit(.minutes(1)))
struct OutageTests {
    @Test("no worker is deaf afterwards: what waited runs, what ran is settled once, and new jobs run on both nodes")
    func comesBack() async throws {
        try await Cluster.run { cluster in
            let nodes = [try await cluster.start("a"), try await cluster.start("b")]
            let running = [try await nodes[0].add("other"), try await nodes[0].add("other")]
            for id in running { try await cluster.wait(id) { $0.state == .running } }
            let later = try await nodes[0].add(in: .seconds(30))
            for node in nodes { node.store.set(broken: true) }
            for (node, id) in zip(nodes, running) {
                node.executor.end(node.executor.startedIDs.first ?? id)
                let error = await #expect(throws: MainspringError.self) { try await node.add() }
                #expect(error?.code == .storeFailed)
            }
            // As long as it takes until no node lives in the store's eyes.
            try await cluster.pass(.seconds(90))
            #expect(nodes.allSatisfy { $0.health.error != nil })
            for node in nodes { node.store.set(broken: false) }
            for id in running {
                try await cluster.wait(id) { $0.state == .completed }
                #expect(try await cluster.outcomes(id) == [.success])
            }
            try await cluster.wait(later) { $0.state == .running }
            for (node, other) in [(nodes[0], nodes[1]), (nodes[1], nodes[0])] {
                other.system.drain(true)
                let id = try await node.add()
                try await cluster.wait(id) { $0.node == node.identity.name }
                other.system.drain(false)
            }
            try await cluster.pass(.seconds(12))
            #expect(nodes.allSatisfy { $0.health.error == nil })
            #expect(try await cluster.store.nodes().count { $0.isLeader } == 1)
        }
    }

    @Test("one node that cannot reach the store loses its jobs to the other, and takes new ones when it can again")
    func oneNode() async throws {
        try await Cluster.run { cluster in
            let cut = try await cluster.start("cut", .holding(ignoresStop: true))
            let id = try await cut.add()
            await cut.executor.started(1)
            let other = try await cluster.start("other")
            cut.store.set(broken: true)
            try await cluster.wait(id) { $0.node == "other" }
            cut.executor.end(id)
            await other.executor.holds(id)
            other.executor.end(id)
            await other.settled(id)
            cut.store.set(broken: false)
            try await cluster.pass(.seconds(10))
            #expect(cut.events.events.contains(.job(.staleWrite(id: id))))
            other.system.drain(true)
            let next = try await other.add()
            try await cluster.wait(next) { $0.node == "cut" }
            #expect(try await cluster.outcomes(id) == [.interrupted, .success])
        }
    }
}
