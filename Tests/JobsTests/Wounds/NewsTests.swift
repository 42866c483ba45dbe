import MainspringCore
import MainspringJobs
import MainspringStore
import MainspringTesting
import Testing

@Suite("Wounds: news that must cross nodes", .timeLimit(.minutes(1)))
struct NewsTests {
    @Test("a job awaited on one node that ends on the other wakes the waiter; nothing is polled")
    func waiter() async throws {
        try await Cluster.run { cluster in
            let asks = try await cluster.start("asks") { $0.workingOn = [] }
            let runs = try await cluster.start("runs")
            let id = try await asks.add("other")
            await runs.executor.started(1)
            await cluster.rest()
            let waiter = Task { try await asks.client.wait(for: id, timeout: .seconds(3_600)) }
            await asks.store.called(.read, times: 1)
            try await cluster.pass(.seconds(100))
            #expect(asks.store.calls(.read) == 1, "it looked once, and slept since")
            let before = cluster.time.monotonic()
            runs.executor.end(id, .success(result: "7"))
            let job = try await waiter.value
            #expect(job?.state == .completed)
            #expect(job?.result == "7")
            #expect(cluster.time.monotonic() == before)
        }
    }

    @Test("a waiter hears also of a job that was taken back from a dead owner and ended on a third node")
    func waiterOfRescued() async throws {
        try await Cluster.run { cluster in
            let asks = try await cluster.start("asks") { $0.workingOn = [] }
            let dies = try await cluster.start("dies")
            let id = try await asks.add()
            await dies.executor.started(1)
            let waiter = Task { try await asks.client.wait(for: id, timeout: .seconds(3_600)) }
            await asks.store.called(.read, times: 1)
            cluster.kill(dies)
            let third = try await cluster.start("third")
            try await cluster.wait(id) { $0.node == "third" }
            await third.executor.holds(id)
            third.executor.end(id)
            #expect(try await waiter.value?.state == .completed)
        }
    }

    @Test("a job cancelled on one node stops on the other without waiting for anything")
    func cancel() async throws {
        try await Cluster.run { cluster in
            let asks = try await cluster.start("asks") { $0.workingOn = [] }
            let runs = try await cluster.start("runs")
            let id = try await asks.add()
            await runs.executor.started(1)
            guard case .requested = try await asks.client.cancel(id) else {
                Issue.record("not requested")
                return
            }
            await runs.settled(id)
            #expect(try await cluster.job(id).state == .cancelled)
            #expect(runs.executor.urgencies == [.stop])
        }
    }

    @Test("a wish for another node is heard at its next beat: it drains, goes on, and stops")
    func wishes() async throws {
        try await Cluster.run { cluster in
            let asks = try await cluster.start("asks") { $0.workingOn = [] }
            let hears = try await cluster.start("hears")
            try await asks.client.ask(.drain, of: "hears")
            await cluster.pass(.seconds(3)) { hears.system.engine.isDraining }
            #expect(hears.system.engine.isDraining)
            let id = try await asks.add()
            try await cluster.pass(.seconds(10))
            #expect(try await cluster.job(id).state == .available)
            try await asks.client.ask(.resume, of: "hears")
            try await cluster.wait(id, atMost: .seconds(3)) { $0.node == "hears" }
            try await asks.client.ask(.stop, of: "hears")
            await cluster.pass(.seconds(3)) { hears.stopCount > 0 }
            #expect(hears.stopCount == 1)
        }
    }

    @Test("two idle nodes ask the store for nothing but beats and the leader's rounds")
    func idle() async throws {
        try await Cluster.run { cluster in
            let nodes = [
                try await cluster.start("a", ScriptedExecutor()), try await cluster.start("b", ScriptedExecutor()),
            ]
            let id = try await nodes[0].add()
            try await cluster.wait(id) { $0.state == .completed }
            try await cluster.pass(.seconds(10))
            let before = nodes.map { node in [FaultyStore.Verb.exchange, .promote, .renew].map(node.store.calls) }
            let beats = nodes.map { $0.store.calls(.beat) }
            try await cluster.pass(.seconds(60))
            #expect(
                nodes.map { node in [FaultyStore.Verb.exchange, .promote, .renew].map(node.store.calls) } == before)
            for (node, count) in zip(nodes, beats) { #expect((20...31).contains(node.store.calls(.beat) - count)) }
        }
    }

    @Test("a second node of a name is refused while the first lives, and says who has it")
    func sameName() async throws {
        try await Cluster.run { cluster in
            let first = try await cluster.start("twin")
            let second = cluster.node("twin")
            let error = await #expect(throws: MainspringError.self) { try await second.start() }
            #expect(error?.code == .locked)
            cluster.kill(first)
            try await second.start()
        }
    }
}
