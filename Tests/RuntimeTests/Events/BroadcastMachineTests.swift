import MainspringTesting
import Testing

@testable import MainspringRuntime

@Suite("The broadcaster's machine")
struct BroadcastMachineTests {
    typealias Machine = BroadcastMachine<Int>

    @Test("a message goes straight to a reader that waits, whatever its size, and into the queues of the others")
    func delivery() {
        var machine = Machine()
        let waiting = machine.subscribe(budget: 10, whenSlow: .close)
        let busy = machine.subscribe(budget: 1000, whenSlow: .coalesce)
        machine.wait(1, of: waiting)
        let sent = machine.send(BroadcastMessage([1, 2, 3]))
        #expect(sent?.map(\.reader) == [1])
        #expect(sent?.first?.message?.bytes == [1, 2, 3])
        #expect(machine.drain(busy) == [[1, 2, 3]])
        #expect(machine.counters.sent == 2)
        #expect(machine.counters.queuedBytes == 0)
    }

    @Test("who is to be closed when slow is closed by the message that does not fit, and told how much was queued")
    func closing() {
        var machine = Machine()
        let slow = machine.subscribe(budget: 200, whenSlow: .close)
        let other = machine.subscribe(budget: 1000, whenSlow: .close)
        for byte in 1...3 { _ = machine.send(BroadcastMessage([UInt8(byte)], key: "same")) }
        let want = SlowSubscriber(queuedBytes: 2 * 69, budget: 200)
        #expect(machine.closing(of: slow) == want)
        guard case .ended = machine.take(from: slow) else {
            Issue.record("what was queued is still read")
            return
        }
        #expect(machine.drain(other) == [[1], [2], [3]], "nothing is replaced where a gap would be a lie")
        let counters = machine.counters
        #expect(counters.closedSlow == 1)
        #expect(counters.dropped == 1)
        #expect(counters.leftBehind == 2)
        #expect(counters.subscribers == 1)
        #expect(counters.queuedBytes == 0)
        #expect(machine.unsubscribe(slow).isEmpty)
        #expect(machine.closing(of: slow) == nil, "the reason is kept no longer than the subscriber")
    }

    @Test("a reader that parks after its subscriber was closed, finished or gone does not wait")
    func lateParking() {
        for way in ["closed", "finished", "gone", "cancelled", "sent"] {
            var machine = Machine()
            let id = machine.subscribe(budget: 100, whenSlow: .close)
            guard case .nothing(let ticket) = machine.take(from: id) else {
                Issue.record("not empty")
                return
            }
            switch way {
            case "closed": for _ in 0..<2 { _ = machine.send(BroadcastMessage([])) }
            case "finished": #expect(machine.finish().isEmpty)
            case "gone": #expect(machine.unsubscribe(id).isEmpty)
            case "sent": #expect(machine.send(BroadcastMessage([7]))?.isEmpty == true)
            default: break
            }
            let action = machine.park(1, of: id, ticket: ticket, isCancelled: way == "cancelled")
            #expect(action?.reader == 1, "\(way)")
            #expect(action?.message?.bytes == (way == "sent" ? [7] : nil), "\(way)")
        }
    }

    @Test("a cancelled reader is resumed once; a finished broadcaster resumes all and takes no more")
    func endings() {
        var machine = Machine()
        let id = machine.subscribe(budget: 100, whenSlow: .close)
        let ticket = machine.wait(1, of: id)
        #expect(machine.cancelReader(of: id, ticket: ticket)?.reader == 1)
        #expect(machine.cancelReader(of: id, ticket: ticket)?.reader == nil)
        machine.wait(2, of: id)
        #expect(machine.finish().map(\.reader) == [2])
        #expect(machine.finish().isEmpty)
        #expect(machine.send(BroadcastMessage([])) == nil)
        #expect(machine.counters.refused == 1)
        #expect(machine.counters.published == 0)
    }

    @Test("after any sequence of operations the counters add up, and bytes in queues are what is in queues")
    func countersAddUp() {
        var seeds = SeededGenerator.fresh("BroadcastMachineTests")
        for _ in 0..<100 {
            let seed = seeds.next()
            var random = SeededGenerator(seed: seed)
            var machine = Machine()
            var ids: [Int] = []
            var offered = 0
            for _ in 0..<300 {
                switch Int.random(in: 0..<12, using: &random) {
                case 0:
                    ids.append(
                        machine.subscribe(
                            budget: Int.random(in: 0...900, using: &random),
                            whenSlow: SlowPolicy.allCases.randomElement(using: &random)!))
                case 1:
                    if let id = ids.randomElement(using: &random) { _ = machine.unsubscribe(id) }
                case 2..<8:
                    offered += machine.counters.subscribers
                    let size = Int.random(in: 0...200, using: &random)
                    let key = ["a", "b", nil].randomElement(using: &random)!
                    _ = machine.send(BroadcastMessage(Array(repeating: 0, count: size), key: key))
                default:
                    guard let id = ids.randomElement(using: &random) else { continue }
                    if case .nothing(let ticket) = machine.take(from: id), Bool.random(using: &random) {
                        #expect(machine.park(id, of: id, ticket: ticket, isCancelled: false)?.reader == nil)
                    }
                }
                let counters = machine.counters
                #expect(
                    counters.sent + counters.coalesced + counters.dropped + counters.leftBehind + counters.queued
                        == offered, "seed \(seed)")
            }
            for id in ids { _ = machine.unsubscribe(id) }
            #expect(machine.counters.queued == 0 && machine.counters.queuedBytes == 0, "seed \(seed)")
            #expect(machine.counters.subscribers == 0)
        }
    }
}

extension BroadcastMachine<Int> {
    @discardableResult
    fileprivate mutating func wait(_ reader: Int, of id: Int) -> Int {
        guard case .nothing(let ticket) = take(from: id) else { return -1 }
        #expect(park(reader, of: id, ticket: ticket, isCancelled: false)?.reader == nil)
        return ticket
    }

    fileprivate mutating func drain(_ id: Int) -> [[UInt8]] {
        var messages: [[UInt8]] = []
        while case .message(let message) = take(from: id) { messages.append(message.bytes) }
        return messages
    }
}
