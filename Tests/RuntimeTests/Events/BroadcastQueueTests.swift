import MainspringTesting
import Testing

@testable import MainspringRuntime

@Suite("A slow subscriber's queue")
struct BroadcastQueueTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// `key:size`, without overhead and key; `-` is no key.
        let sent: String
        let kept: String
        var coalesced = 0
        var dropped = 0
    }

    @Test(
        "within a budget of 100 bytes",
        arguments: [
            Case(testDescription: "what fits is kept in order", sent: "-:40 a:30 -:30", kept: "-:40 a:30 -:30"),
            Case(
                testDescription: "a newer one takes the place of the older", sent: "a:10 b:20 a:30", kept: "a:30 b:20",
                coalesced: 1),
            Case(testDescription: "without a key nothing is replaced", sent: "-:10 -:10", kept: "-:10 -:10"),
            Case(
                testDescription: "the oldest make room", sent: "a:50 b:40 c:30", kept: "b:40 c:30", dropped: 1),
            Case(
                testDescription: "a greater successor drops the oldest", sent: "a:40 b:40 b:70", kept: "b:70",
                coalesced: 1, dropped: 1),
            Case(
                testDescription: "never itself, though it be the oldest", sent: "b:20 a:40 c:40 b:50",
                kept: "b:50 c:40", coalesced: 1, dropped: 1),
            Case(
                testDescription: "greater than the budget: dropped itself", sent: "a:50 a:101 b:50", kept: "a:50 b:50",
                dropped: 1),
            Case(
                testDescription: "a key is free once its message is gone", sent: "a:60 b:60 a:40", kept: "b:60 a:40",
                dropped: 1),
        ])
    func table(row: Case) {
        // Each case counts bytes only: the budget makes up for what each kept message costs beside them.
        let messages = row.sent.split(separator: " ").map(message)
        var queue = BroadcastQueue(budget: 1000)
        var change = BroadcastQueue.Change()
        for message in messages {
            let step = queue.coalesce(message)
            change.coalesced += step.coalesced
            change.dropped += step.dropped
        }
        var kept: [BroadcastMessage] = []
        while let message = queue.popFirst() { kept.append(message) }
        #expect(kept.map(text) == row.kept.split(separator: " ").map(String.init))
        #expect(change == BroadcastQueue.Change(coalesced: row.coalesced, dropped: row.dropped))
        #expect(queue.bytes == 0)
    }

    /// Ten times the size less overhead and key, so that sizes add up to the budget of 1000 exactly.
    func message(_ text: Substring) -> BroadcastMessage {
        let parts = text.split(separator: ":")
        let key = parts[0] == "-" ? nil : String(parts[0])
        let size = (Int(parts[1]) ?? 0) * 10 - BroadcastMessage.overhead - (key == nil ? 0 : 1)
        return BroadcastMessage(Array(repeating: 0, count: size), key: key)
    }

    func text(_ message: BroadcastMessage) -> String { "\(message.key ?? "-"):\(message.cost / 10)" }

    @Test("empty messages are bounded too")
    func emptyMessages() {
        var queue = BroadcastQueue(budget: 6400)
        for _ in 0..<10_000 { _ = queue.coalesce(BroadcastMessage([])) }
        #expect(queue.count == 100)
    }

    @Test("any sequence of messages and reads: as a naive queue does")
    func model() {
        var seeds = SeededGenerator.fresh("BroadcastQueueTests")
        for _ in 0..<200 {
            let seed = seeds.next()
            var random = SeededGenerator(seed: seed)
            let budget = Int.random(in: 0...1500, using: &random)
            var queue = BroadcastQueue(budget: budget)
            var naive = NaiveQueue(budget: budget)
            for number in 0..<200 {
                if Int.random(in: 0..<4, using: &random) == 0 {
                    #expect(queue.popFirst() == (naive.messages.isEmpty ? nil : naive.messages.removeFirst()))
                } else {
                    let keys: [String?] = ["a", "b", "c", "longer", nil]
                    let size = Int.random(in: 0...400, using: &random)
                    let message = BroadcastMessage(
                        Array(repeating: UInt8(number % 256), count: size), key: keys.randomElement(using: &random)!)
                    #expect(queue.coalesce(message) == naive.coalesce(message), "seed \(seed)")
                }
                #expect(queue.count == naive.messages.count, "seed \(seed)")
                #expect(queue.bytes == naive.bytes, "seed \(seed)")
                #expect(queue.bytes <= budget, "seed \(seed)")
            }
            while let message = queue.popFirst() { #expect(message == naive.messages.removeFirst(), "seed \(seed)") }
        }
    }

    struct NaiveQueue {
        let budget: Int
        var messages: [BroadcastMessage] = []
        var bytes: Int { messages.reduce(0) { $0 + $1.cost } }

        mutating func coalesce(_ message: BroadcastMessage) -> BroadcastQueue.Change {
            guard message.cost <= budget else { return .init(dropped: 1) }
            var change = BroadcastQueue.Change()
            if message.key != nil, let index = messages.firstIndex(where: { $0.key == message.key }) {
                messages[index] = message
                change.coalesced = 1
            } else {
                messages.append(message)
            }
            while bytes > budget, let victim = messages.firstIndex(where: { $0 != message }) {
                messages.remove(at: victim)
                change.dropped += 1
            }
            return change
        }
    }
}
