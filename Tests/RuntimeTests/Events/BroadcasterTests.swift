import Testing

@testable import MainspringRuntime

@Suite("The broadcaster", .timeLimit(.minutes(1)))
struct BroadcasterTests {
    @Test("all subscribers read the same bytes, from one place in memory")
    func shared() async throws {
        let live = Broadcaster()
        let subscriptions = (0..<3).map { _ in live.subscribe() }
        live.send(BroadcastMessage(Array(0..<100)))
        live.finish()
        var places: Set<UInt> = []
        for subscription in subscriptions {
            for try await message in subscription {
                #expect(message.bytes == Array(0..<100))
                message.bytes.withUnsafeBytes { _ = places.insert(UInt(bitPattern: $0.baseAddress)) }
            }
        }
        #expect(places.count == 1)
        #expect(live.counters.sent == 3)
    }

    @Test("a subscriber that does not read is closed with the reason, and the others go on")
    func slow() async throws {
        let live = Broadcaster()
        let slow = live.subscribe(budget: 1000, whenSlow: .close)
        let fast = live.subscribe(whenSlow: .close)
        for _ in 0..<10 { live.send(BroadcastMessage(Array(repeating: 1, count: 136))) }
        live.finish()
        let error = await #expect(throws: SlowSubscriber.self) { for try await _ in slow {} }
        #expect(error == SlowSubscriber(queuedBytes: 1000, budget: 1000))
        #expect(try await fast.reduce(0) { count, _ in count + 1 } == 10)
        #expect(live.counters.closedSlow == 1)
    }

    @Test("a slow reader of state sees the last of each key")
    func coalescing() async throws {
        let live = Broadcaster()
        let slow = live.subscribe()
        for round in 0..<100 {
            live.send(BroadcastMessage([UInt8(round)], key: "a"))
            live.send(BroadcastMessage([UInt8(round + 100)], key: "b"))
        }
        live.finish()
        #expect(try await slow.reduce(into: []) { $0.append($1.bytes) } == [[99], [199]])
        #expect(live.counters.coalesced == 198)
    }

    @Test("a loop that ends, in whatever way, ends the subscription and frees its queue", arguments: [true, false])
    func leaving(byCancellation: Bool) async throws {
        let live = Broadcaster()
        let subscription = live.subscribe()
        live.send(BroadcastMessage([1]))
        if byCancellation {
            let read = Tally<Int>()
            let reader = Task { for try await _ in subscription { read.note(1) } }
            await eventually { read.values.count == 1 }
            reader.cancel()
            try await reader.value
        } else {
            live.send(BroadcastMessage([2]))
            for try await _ in subscription { break }
        }
        #expect(live.counters.subscribers == 0)
        #expect(live.counters.queuedBytes == 0)
        live.send(BroadcastMessage([3]))
        #expect(live.counters.sent == 1)
    }

    @Test("a broadcaster that nobody holds ends its subscribers' loops")
    func letGo() async throws {
        var live: Broadcaster? = Broadcaster()
        let subscription = live!.subscribe()
        live?.send(BroadcastMessage([1]))
        let reader = Task { try await subscription.reduce(0) { count, _ in count + 1 } }
        live = nil
        #expect(try await reader.value == 1)
    }

    @Test("many senders, and subscribers that read, vanish and are closed: nothing is lost that is not counted")
    func races() async {
        let live = Broadcaster()
        let steady = live.subscribe(budget: .max, whenSlow: .close)
        let read = Tally<Int>()
        let others = Tally<Int>()
        await withTaskGroup { group in
            group.addTask {
                do { for try await _ in steady { read.note(1) } } catch { Issue.record(error) }
            }
            for worker in 0..<6 {
                group.addTask {
                    for round in 0..<60 {
                        let policy: SlowPolicy = worker % 2 == 0 ? .close : .coalesce
                        var left = round % 7
                        let reader = Task {
                            for try await _ in live.subscribe(budget: 300, whenSlow: policy) {
                                others.note(1)
                                left -= 1
                                if left < 0 { break }
                            }
                        }
                        if round % 3 == 0 { reader.cancel() }
                        _ = await reader.result
                    }
                }
            }
            await withTaskGroup { senders in
                for sender in 0..<4 {
                    senders.addTask {
                        for number in 0..<3000 {
                            live.send(BroadcastMessage([UInt8(number % 256)], key: number % 2 == 0 ? "\(sender)" : nil))
                            if number % 16 == 0 { await Task.yield() }
                        }
                    }
                }
            }
            live.finish()
        }
        let counters = live.counters
        #expect(counters.published == 12_000)
        #expect(read.values.count == 12_000)
        #expect(counters.sent == 12_000 + others.values.count)
        #expect(counters.subscribers == 0)
        #expect(counters.queued == 0 && counters.queuedBytes == 0)
    }
}
