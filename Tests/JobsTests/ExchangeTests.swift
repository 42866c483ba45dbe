import MainspringCore
import MainspringJobs
import MainspringStore
import MainspringTesting
import Testing

@Suite("One exchange with the store", .timeLimit(.minutes(1)))
struct ExchangeTests {
    @Test("an end and the next claim are one step: a busy node asks the store once for each job")
    func once() async throws {
        let node = TestNode(.holding(), workers: 2)
        try await node.store.setPaused(true, queue: "default")
        try await node.running { node in
            for _ in 0..<6 { try await node.add() }
            try await node.client.setPaused(false, queue: "default")
            await node.executor.started(2)
            let before = node.store.calls(.exchange)
            for ended in 1...4 {
                let id = node.executor.startedIDs[ended - 1]
                node.executor.end(id)
                await node.settled(id)
                await node.executor.started(2 + ended)
                #expect(node.store.calls(.exchange) == before + ended)
                #expect(node.system.engine.busy(queue: "default") == 2)
            }
        }
    }

    @Test("what ends while the store is busy goes together, and its slots are filled together")
    func together() async throws {
        let node = TestNode(.holding(), workers: 4)
        try await node.store.setPaused(true, queue: "default")
        try await node.running { node in
            for _ in 0..<8 { try await node.add() }
            try await node.client.setPaused(false, queue: "default")
            await node.executor.started(4)
            let before = node.store.calls(.exchange)
            let ids = node.executor.startedIDs
            node.store.hold(.exchange)
            node.executor.end(ids[0])
            await node.store.holds(.exchange)
            for id in ids[1...] { node.executor.end(id) }
            node.store.release(.exchange)
            await node.executor.started(8)
            for id in ids { await node.settled(id) }
            // The workers end them one by one: the second exchange has one at least, and a third has the others.
            #expect(node.store.calls(.exchange) <= before + 3)
        }
    }

    @Test("settlements of a draining and of a quiet node go alone", arguments: [true, false])
    func withoutClaim(drains: Bool) async throws {
        try await TestNode(.holding()).running { node in
            let id = try await node.add()
            await node.executor.started(1)
            if drains { node.system.drain(true) } else { node.system.quiesce() }
            let claims = node.store.calls(.claim)
            node.executor.end(id)
            await node.settled(id)
            #expect(node.store.calls(.claim) == claims)
        }
    }

    @Test("a node that drains takes no jobs, finishes what runs, and goes on where it was told to")
    func drainAndResume() async throws {
        try await TestNode(.holding()).running { node in
            let first = try await node.add()
            await node.executor.started(1)
            node.system.drain(true)
            #expect(node.system.engine.isDraining)
            let second = try await node.add()
            let delayed = try await node.add(in: .seconds(5))
            await node.pass(.seconds(15), timers: TestNode.idleTimers + 1)
            #expect(node.executor.startedIDs == [first])
            #expect(try await node.job(delayed).state == .available, "it still leads, as nobody else is there")
            node.executor.end(first)
            await node.settled(first)
            #expect(node.drainCount == 0, "drained is told of a node that stops")
            node.system.drain(false)
            await node.executor.started(3)
            #expect(node.executor.startedIDs == [first, second, delayed])
        }
    }
}
