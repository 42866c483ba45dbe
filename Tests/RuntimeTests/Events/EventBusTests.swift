import Logging
import Synchronization
import Testing

@testable import MainspringRuntime

@Suite("The event bus", .timeLimit(.minutes(1)))
struct EventBusTests {
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    func bus<Event>(
        _: Event.Type = Int.self, limit: Int = 1000, whenFull: OverflowPolicy = .dropOldest
    ) -> EventBus<Event> {
        EventBus(name: "test", limit: limit, whenFull: whenFull, logger: logger)
    }

    @Test("every subscriber sees every event from its subscription on, in order, and its loop ends with the bus")
    func order() async {
        let bus = bus()
        let early = bus.subscribe()
        await bus.publish(1)
        let late = bus.subscribe()
        await bus.publish(2)
        bus.finish()
        #expect(await bus.publish(3) == false)
        #expect(await early.reduce(into: []) { $0.append($1) } == [1, 2])
        #expect(await late.reduce(into: []) { $0.append($1) } == [2])
        #expect(bus.counters.subscribers == 0)
    }

    @Test("a bus that nobody holds is finished, what is buffered can still be read")
    func letGo() async {
        var bus: EventBus<Int>? = bus()
        let events = bus!.subscribe()
        await bus?.publish(1)
        bus = nil
        #expect(await events.reduce(into: []) { $0.append($1) } == [1])
    }

    @Test(
        "a loop that ends, in whatever way, ends the subscription", arguments: ["break", "throw", "cancel", "let go"])
    func leaving(way: String) async {
        let bus = bus()
        let events = Mutex<EventSubscription<Int>?>(bus.subscribe())
        await bus.publish(1)
        await bus.publish(2)
        switch way {
        case "break": for await _ in events.withLock({ $0! }) { break }
        case "throw":
            await #expect(throws: Oops.self) {
                for await _ in events.withLock({ $0! }) { throw Oops() }
            }
        case "cancel":
            let subscription = events.withLock { $0! }
            let read = Tally<Int>()
            let reader = Task {
                for await event in subscription { read.note(event) }
            }
            await eventually { read.values.count == 2 }
            await bus.publish(3)
            reader.cancel()
            await reader.value
        default: events.withLock { $0 = nil }
        }
        #expect(bus.counters.subscribers == 0)
        let counters = bus.counters
        #expect(counters.buffered == 0)
        #expect(counters.delivered + counters.leftBehind == counters.published)
    }

    @Test("loops that share a subscription share its events; the last to end ends it")
    func shared() async {
        let bus = bus(whenFull: .wait)
        let events = bus.subscribe()
        let read = Tally<Int>()
        do {
            let stillIterating = events.makeAsyncIterator()
            await bus.publish(-1)
            for await _ in events { break }
            #expect(bus.counters.subscribers == 1)
            await withTaskGroup { group in
                for _ in 0..<3 { group.addTask { for await event in events { read.note(event) } } }
                for event in 0..<500 { await bus.publish(event) }
                bus.finish()
            }
            withExtendedLifetime(stillIterating) {}
        }
        #expect(read.values.sorted() == Array(0..<500))
        #expect(bus.counters.subscribers == 0)
    }

    @Test("nothing stays behind: no event, no core, after its subscribers went")
    func noLeaks() async {
        final class Payload: Sendable {}
        weak var event: Payload?
        weak var core: EventBusCore<Payload>?
        do {
            let bus = bus(Payload.self, limit: 2, whenFull: .wait)
            let payload = Payload()
            event = payload
            let events = bus.subscribe()
            core = events.core
            await bus.publish(payload)
            await bus.publish(payload)
            let waiting = Task { await bus.publish(payload) }
            await eventually { bus.counters.waitingPublishers == 1 }
            waiting.cancel()
            #expect(await waiting.value == false)
            for await _ in events { break }
        }
        await eventually { [weak event, weak core] in event == nil && core == nil }
    }

    // MARK: Waiting and cancellation

    @Test("a publisher waits until there is room")
    func backpressure() async {
        let bus = bus(limit: 2, whenFull: .wait)
        let events = bus.subscribe()
        var iterator = events.makeAsyncIterator()
        await bus.publish(1)
        await bus.publish(2)
        let third = Task { await bus.publish(3) }
        await eventually { bus.counters.waitingPublishers == 1 }
        #expect(await iterator.next() == 1)
        #expect(await third.value)
        #expect(bus.counters.waitingPublishers == 0)
        #expect(await iterator.next() == 2)
        #expect(await iterator.next() == 3)
    }

    @Test("a publisher that is cancelled while it waits is freed, and its event is in no buffer")
    func cancelledPublisher() async {
        let bus = bus(limit: 1, whenFull: .wait)
        let full = bus.subscribe()
        let roomy = bus.subscribe(limit: 9)
        await bus.publish(1)
        let waiting = Task { await bus.publish(2) }
        await eventually { bus.counters.waitingPublishers == 1 }
        waiting.cancel()
        #expect(await waiting.value == false)
        bus.finish()
        #expect(await full.reduce(into: []) { $0.append($1) } == [1])
        #expect(await roomy.reduce(into: []) { $0.append($1) } == [1])
        #expect(bus.counters.refused == 1)
    }

    @Test("a task that is cancelled already publishes what has room, and waits for nothing")
    func cancelledBefore() async {
        let bus = bus(limit: 1, whenFull: .wait)
        let events = bus.subscribe()
        let publisher = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return [await bus.publish(1), await bus.publish(2)]
        }
        #expect(await publisher.value == [true, false])
        let reader = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await events.reduce(0) { $0 + $1 }
        }
        #expect(await reader.value == 0)
        #expect(bus.counters.leftBehind == 1)
    }

    @Test("cancellation that races with the wait never hangs, loses or doubles: readers and publishers")
    func cancellationRaces() async {
        for round in 0..<300 {
            let bus = bus(limit: 1, whenFull: .wait)
            let events = bus.subscribe()
            let read = Tally<Int>()
            let reader = Task {
                for await event in events { read.note(event) }
            }
            let publishers = (0..<3).map { event in Task { await bus.publish(event) } }
            async let readerGone: Void = Task { if round % 2 == 0 { reader.cancel() } }.value
            async let publisherGone: Void = Task { publishers[round % 3].cancel() }.value
            _ = await (readerGone, publisherGone)
            if round % 2 == 0 {
                await reader.value
                for publisher in publishers { publisher.cancel() }
            }
            var accepted = 0
            for publisher in publishers where await publisher.value { accepted += 1 }
            bus.finish()
            await reader.value
            let counters = bus.counters
            #expect(counters.published == accepted)
            #expect(counters.published + counters.refused == 3)
            #expect(counters.delivered == read.values.count)
            #expect(Set(read.values).count == read.values.count)
            if round % 2 == 1 { #expect(counters.delivered == accepted) }
        }
    }

    @Test("many publishers and subscribers: with `wait` nothing is lost or doubled, and each publisher's order is kept")
    func manyToMany() async {
        let (publishers, each) = (8, 400)
        let bus = bus((Int, Int).self, limit: 4, whenFull: .wait)
        let subscriptions = (0..<4).map { _ in bus.subscribe() }
        await withTaskGroup { group in
            for events in subscriptions {
                group.addTask {
                    var next = Array(repeating: 0, count: publishers)
                    for await (publisher, number) in events {
                        #expect(number == next[publisher])
                        next[publisher] += 1
                    }
                    #expect(next == Array(repeating: each, count: publishers))
                }
            }
            await withTaskGroup { group in
                for publisher in 0..<publishers {
                    group.addTask { for number in 0..<each { await bus.publish((publisher, number)) } }
                }
            }
            bus.finish()
        }
        #expect(bus.counters.published == publishers * each)
        #expect(bus.counters.delivered == publishers * each * 4)
        #expect(bus.counters.dropped == 0)
    }

    @Test("while subscribers come and go, what is lost is counted, to the last event")
    func countsAddUp() async {
        let bus = bus(limit: 8)
        let steady = bus.subscribe()
        let read = Tally<Int>()
        await withTaskGroup { group in
            group.addTask { for await event in steady { read.note(event) } }
            for limit in 1...3 {
                group.addTask {
                    for _ in 0..<50 {
                        for await event in bus.subscribe(limit: limit, whenFull: .dropNewest) {
                            read.note(event)
                            if event % 3 == 0 { break }
                        }
                    }
                }
            }
            await withTaskGroup { group in
                for _ in 0..<4 { group.addTask { for event in 0..<2000 { await bus.publish(event) } } }
            }
            bus.finish()
        }
        let counters = bus.counters
        #expect(counters.published == 8000)
        #expect(counters.unheard == 0)
        #expect(counters.buffered == 0)
        #expect(counters.delivered == read.values.count)
        #expect(counters.subscribers == 0)
    }

    // MARK: Handlers

    @Test("a handler's error is counted and the next event follows; `run` ends with the bus")
    func isolation() async throws {
        let bus = bus()
        let events = bus.subscribe()
        for event in 1...4 { await bus.publish(event) }
        bus.finish()
        let handled = Tally<Int>()
        try await events.run { event in
            if event % 2 == 0 { throw Oops() }
            handled.note(event)
        }
        #expect(handled.values == [1, 3])
        #expect(bus.counters.failed == 2)
        #expect(bus.counters.delivered == 4)
    }

    @Test("a handler's error ends the run when that is asked for")
    func stopOnError() async throws {
        let bus = bus()
        let events = bus.subscribe()
        for event in 1...4 { await bus.publish(event) }
        await #expect(throws: Oops.self) { try await events.run(stopOnError: true) { if $0 == 2 { throw Oops() } } }
        #expect(bus.counters.subscribers == 0)
        #expect(bus.counters.leftBehind == 2)
    }

    @Test("a run whose task is cancelled ends with a cancellation, in the handler and between events")
    func cancelledRun() async {
        let bus = bus()
        for event in [0, 1] {
            let events = bus.subscribe()
            let entered = Tally<Int>()
            let runner = Task {
                try await events.run { event in
                    entered.note(event)
                    while event == 1 {
                        try Task.checkCancellation()
                        await Task.yield()
                    }
                }
            }
            await bus.publish(event)
            await eventually { entered.values.count == 1 }
            runner.cancel()
            await #expect(throws: CancellationError.self) { try await runner.value }
        }
        #expect(bus.counters.failed == 0)
        #expect(bus.counters.subscribers == 0)
    }

    @Test("process all handles what is buffered at the call, not what its handler publishes, and waits for nothing")
    func processAll() async throws {
        let bus = bus()
        let events = bus.subscribe()
        #expect(try await events.processAll { _ in Issue.record("nothing was published") } == 0)
        for event in 1...3 { await bus.publish(event) }
        let handled = Tally<Int>()
        let count = try await events.processAll { event in
            handled.note(event)
            await bus.publish(event * 10)
            throw Oops()
        }
        #expect(count == 3)
        #expect(handled.values == [1, 2, 3])
        #expect(bus.counters.failed == 3)
        #expect(bus.counters.buffered == 3)
        await #expect(throws: Oops.self) { try await events.processAll(stopOnError: true) { _ in throw Oops() } }
        #expect(try await events.processAll { _ in } == 2)
        #expect(bus.counters.subscribers == 1)
    }

    @MainActor
    @Test("handlers leave the caller's actor; publish and next come back to it")
    func isolationOfCallers() async throws {
        let bus = bus(limit: 1, whenFull: .wait)
        let events = bus.subscribe()
        let published = Task { @MainActor in
            for event in 0..<20 {
                await bus.publish(event)
                MainActor.preconditionIsolated()
            }
            bus.finish()
        }
        for await event in events {
            MainActor.preconditionIsolated()
            if event == 10 { break }
        }
        await published.value
        let other = self.bus()
        let handled = other.subscribe()
        await other.publish(1)
        let main = MainThread()
        try await handled.processAll { _ in #expect(!main.isCurrent) }
        MainActor.preconditionIsolated()
    }
}

struct Oops: Error {}
