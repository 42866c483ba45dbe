import Testing

@testable import MainspringRuntime

@Suite("The event bus's machine")
struct EventBusMachineTests {
    typealias Machine = EventBusMachine<Int, String, String>

    @Test(
        "five events into three places: what each policy keeps and counts",
        arguments: zip(
            [OverflowPolicy.dropOldest, .dropNewest, .wait],
            [([3, 4, 5], 2, 0), ([1, 2, 3], 0, 2), ([1, 2, 3], 0, 0)]))
    func policies(policy: OverflowPolicy, want: (kept: [Int], lostOld: Int, lostNew: Int)) {
        var machine = Machine()
        let id = machine.subscribe(limit: 3, whenFull: policy)
        let taken = (1...5).filter { if case .full = machine.publish($0) { false } else { true } }
        #expect(taken == (policy == .wait ? [1, 2, 3] : [1, 2, 3, 4, 5]))
        #expect(machine.counters.dropped == want.lostOld + want.lostNew)
        #expect(machine.counters.buffered == 3)
        #expect(machine.drain(id) == want.kept)
        #expect(machine.counters.published == taken.count)
        #expect(machine.counters.delivered == 3)
    }

    @Test("a limit below one is one")
    func leastLimit() {
        var machine = Machine()
        let id = machine.subscribe(limit: 0, whenFull: .dropOldest)
        _ = machine.publish(1)
        _ = machine.publish(2)
        #expect(machine.drain(id) == [2])
    }

    @Test("an event goes straight to a reader that waits, the longest wait first")
    func directDelivery() throws {
        var machine = Machine()
        let id = machine.subscribe(limit: 3, whenFull: .wait)
        machine.wait("first", of: id)
        machine.wait("second", of: id)
        #expect(machine.accepted(7) == ["first gets 7"])
        #expect(machine.accepted(8) == ["second gets 8"])
        #expect(machine.counters.buffered == 0)
        #expect(machine.counters.delivered == 2)
    }

    @Test("publishers wait for the last full subscriber, come in in order, and none overtakes")
    func publishersQueue() {
        var machine = Machine()
        let slow = machine.subscribe(limit: 1, whenFull: .wait)
        let other = machine.subscribe(limit: 1, whenFull: .wait)
        let lossy = machine.subscribe(limit: 9, whenFull: .dropOldest)
        #expect(machine.accepted(1) == [])
        machine.wait("p2", event: 2)
        machine.wait("p3", event: 3)
        #expect(machine.counters.waitingPublishers == 2)
        #expect(machine.texts(machine.take(from: other)) == [])
        #expect(machine.texts(machine.take(from: slow)) == ["p2 true"])
        #expect(machine.drain(lossy) == [1, 2], "an event that waits is in nobody's buffer")
        #expect(machine.texts(machine.take(from: other)) == [])
        #expect(machine.texts(machine.take(from: slow)) == ["p3 true"])
    }

    @Test("a subscriber that goes frees the publishers that waited for it, and its readers")
    func leavingFrees() {
        var machine = Machine()
        let slow = machine.subscribe(limit: 1, whenFull: .wait)
        let idle = machine.subscribe(limit: 1, whenFull: .wait)
        machine.wait("reader", of: idle)
        _ = machine.accepted(1)
        machine.wait("p2", event: 2)
        machine.wait("reader", of: idle)
        #expect(machine.unsubscribe(slow).map(\.text) == ["reader gets 2", "p2 true"])
        #expect(machine.counters.leftBehind == 1)
        machine.wait("last", of: idle)
        #expect(machine.unsubscribe(idle).map(\.text) == ["last gets nil"])
        #expect(machine.unsubscribe(idle).isEmpty)
        #expect(machine.counters.subscribers == 0)
    }

    @Test("what happened between the look and the wait is seen by who parks")
    func lateParking() {
        var machine = Machine()
        let id = machine.subscribe(limit: 1, whenFull: .wait)
        guard case .nothing(let reader) = machine.take(from: id) else {
            Issue.record("not empty")
            return
        }
        _ = machine.accepted(1)
        guard case .full(let publisher) = machine.publish(2) else {
            Issue.record("not full")
            return
        }
        #expect(machine.park("reader", of: id, ticket: reader, isCancelled: false).map(\.text) == ["reader gets 1"])
        let actions = machine.park("p2", event: 2, ticket: publisher, isCancelled: false)
        #expect(actions.map(\.text) == ["p2 true"])
        guard case .full(let third) = machine.publish(3) else {
            Issue.record("not full")
            return
        }
        _ = machine.finish()
        #expect(machine.park("p3", event: 3, ticket: third, isCancelled: false).map(\.text) == ["p3 false"])
    }

    @Test("a cancelled wait ends at once, before it began too, and takes nothing")
    func cancellation() {
        var machine = Machine()
        let id = machine.subscribe(limit: 1, whenFull: .wait)
        let reader = machine.wait("reader", of: id)
        #expect(machine.cancelReader(of: id, ticket: reader).map(\.text) == ["reader gets nil"])
        #expect(machine.cancelReader(of: id, ticket: reader).isEmpty)
        _ = machine.accepted(1)
        let publisher = machine.wait("p2", event: 2)
        #expect(machine.cancelPublisher(ticket: publisher).map(\.text) == ["p2 false"])
        #expect(machine.cancelPublisher(ticket: publisher).isEmpty)
        guard case .full(let ticket) = machine.publish(3) else {
            Issue.record("not full")
            return
        }
        #expect(machine.park("p3", event: 3, ticket: ticket, isCancelled: true).map(\.text) == ["p3 false"])
        #expect(machine.drain(id) == [1])
        guard case .nothing(let late) = machine.take(from: id) else {
            Issue.record("not empty")
            return
        }
        #expect(machine.park("r", of: id, ticket: late, isCancelled: true).map(\.text) == ["r gets nil"])
        #expect(machine.counters.refused == 2)
        #expect(machine.counters.waitingPublishers == 0)
    }

    @Test("a finished bus accepts nothing, refuses who waits, and lets what is buffered be read")
    func finish() {
        var machine = Machine()
        let full = machine.subscribe(limit: 1, whenFull: .wait)
        let idle = machine.subscribe(limit: 1, whenFull: .wait)
        machine.wait("reader", of: idle)
        _ = machine.accepted(1)
        machine.wait("reader", of: idle)
        machine.wait("p2", event: 2)
        #expect(machine.finish().map(\.text) == ["p2 false", "reader gets nil"])
        #expect(machine.finish().isEmpty)
        guard case .refused = machine.publish(3) else {
            Issue.record("accepted after the end")
            return
        }
        #expect(machine.drain(full) == [1])
        guard case .ended = machine.take(from: full) else {
            Issue.record("not ended")
            return
        }
        guard case .ended = machine.take(from: machine.subscribe(limit: 1, whenFull: .wait)) else {
            Issue.record("a late subscriber waits for ever")
            return
        }
        #expect(machine.counters.refused == 2)
    }

    @Test("what nobody hears is counted")
    func unheard() {
        var machine = Machine()
        #expect(machine.accepted(1) == [])
        #expect(machine.counters.unheard == 1)
        _ = machine.subscribe(limit: 1, whenFull: .wait)
        _ = machine.accepted(2)
        #expect(machine.counters.unheard == 1)
        #expect(machine.counters.published == 2)
    }
}

extension EventBusMachine<Int, String, String> {
    fileprivate mutating func accepted(_ event: Int) -> [String]? {
        guard case .accepted(let actions) = publish(event) else { return nil }
        return actions.map(\.text)
    }

    @discardableResult
    fileprivate mutating func wait(_ reader: String, of id: Int) -> Int {
        guard case .nothing(let ticket) = take(from: id) else { return -1 }
        #expect(park(reader, of: id, ticket: ticket, isCancelled: false).isEmpty)
        return ticket
    }

    @discardableResult
    fileprivate mutating func wait(_ publisher: String, event: Int) -> Int {
        guard case .full(let ticket) = publish(event) else { return -1 }
        #expect(park(publisher, event: event, ticket: ticket, isCancelled: false).isEmpty)
        return ticket
    }

    fileprivate mutating func drain(_ id: Int) -> [Int] {
        var events: [Int] = []
        while case .event(let event, _) = take(from: id) { events.append(event) }
        return events
    }

    fileprivate func texts(_ take: Take) -> [String]? {
        guard case .event(_, let actions) = take else { return nil }
        return actions.map(\.text)
    }
}

extension EventBusMachine<Int, String, String>.Action {
    fileprivate var text: String {
        switch self {
        case .resume(let reader, let event): "\(reader) gets \(event.map(String.init) ?? "nil")"
        case .release(let publisher, let isAccepted): "\(publisher) \(isAccepted)"
        }
    }
}
