import MainspringCore
import MainspringJobs
import MainspringStore
import MainspringTesting
import Testing

@Suite("A store that fails", .timeLimit(.minutes(1)))
struct StoreFailureTests {
    private static func store() -> (ManualTime, FaultyStore) {
        let time = ManualTime()
        return (time, FaultyStore(time: time))
    }

    @Test("settlements are tried again until they are written, once; their slots stay taken meanwhile")
    func settle() async throws {
        try await TestNode(workers: 2).running { node in
            node.store.fail(.settle, times: 4)
            let ids = [try await node.add(), try await node.add(), try await node.add()]
            for call in 1...4 {
                await node.store.called(.settle, times: call)
                await node.time.timersPending(TestNode.idleTimers + 1)
                #expect(node.settledCount == 0)
                #expect(node.executor.started.count <= 2)
                #expect(node.health.error?.code == .storeFailed)
                node.time.advance(by: .milliseconds(100 << (call - 1)))
            }
            for id in ids { await node.settled(id) }
            #expect(node.settledCount == 3)
            #expect(node.executor.started.count == 3)
            for id in ids { #expect(try await node.client.attempts(of: id)?.count == 1) }
            #expect(node.health.error == nil)
        }
    }

    @Test("the delay between tries doubles up to five seconds")
    func delay() async throws {
        try await TestNode().running { node in
            node.store.fail(.settle, times: 9)
            let id = try await node.add()
            var waited: [Duration] = []
            for call in 1...9 {
                await node.store.called(.settle, times: call)
                await node.time.timersPending(TestNode.idleTimers + 1)
                let expected = min(.milliseconds(100 << (call - 1)), Duration.seconds(5))
                node.time.advance(by: expected - .milliseconds(1))
                #expect(node.store.calls(.settle) == call)
                node.time.advance(by: .milliseconds(1))
                waited.append(expected)
                // The leases and the upkeep sleep again before time moves on.
                await node.store.called(.settle, times: call + 1)
            }
            await node.settled(id)
            #expect(waited.last == .seconds(5))
        }
    }

    @Test("claims resume after the store recovers")
    func claim() async throws {
        let (time, store) = Self.store()
        store.fail(.claim, times: 2)
        try await TestNode(store: store, time: time).running { node in
            let id = try await node.add()
            for call in 1...2 {
                await store.called(.claim, times: call)
                await node.time.timersPending(TestNode.idleTimers + 1)
                #expect(node.health.error != nil)
                node.time.advance(by: .seconds(1))
            }
            await node.settled(id)
            #expect(node.health.error == nil)
        }
    }

    @Test("promotions resume after the store recovers")
    func promote() async throws {
        let (time, store) = Self.store()
        store.fail(.promote, times: 1)
        try await TestNode(store: store, time: time).running { node in
            await store.called(.promote, times: 1)
            let id = try await node.add(in: .milliseconds(50))
            await node.time.timersPending(TestNode.idleTimers + 1)
            node.time.advance(by: .seconds(1))
            await node.settled(id)
        }
    }

    @Test("one step that succeeds does not hide another that fails")
    func health() async throws {
        try await TestNode(.holding()).running { node in
            let id = try await node.add()
            await node.executor.started(1)
            node.store.fail(.renew, times: 1)
            await node.time.timersPending(TestNode.idleTimers + 1)
            node.time.advance(by: .seconds(10))
            await node.store.called(.renew, times: 1)
            let other = try await node.add("other")
            await node.executor.started(2)
            node.executor.end(other)
            await node.settled(other)
            #expect(node.health.error != nil)
            await node.time.timersPending(TestNode.idleTimers + 1)
            node.time.advance(by: .seconds(10))
            await node.store.called(.renew, times: 2)
            node.executor.end(id)
            await node.settled(id)
            #expect(node.health.error == nil)
        }
    }

    @Test("upkeep goes on after an error")
    func upkeep() async throws {
        try await TestNode().running { node in
            // The rounds at the start.
            await node.store.called(.prune, times: 2)
            node.store.fail(.reclaim, times: 1)
            await node.pass(.seconds(30))
            await node.store.called(.reclaim, times: 3)
            await node.time.timersPending(TestNode.idleTimers)
            #expect(node.health.error != nil)
            #expect(node.store.calls(.prune) == 2)
            await node.pass(.seconds(30))
            await node.store.called(.prune, times: 3)
            await node.time.timersPending(TestNode.idleTimers)
            #expect(node.health.error == nil)
        }
    }
}
