import MainspringTesting
import Testing

@testable import MainspringRuntime

@Suite("Which thread does which work")
struct BlockingMachineTests {
    typealias Input = BlockingMachine.Input
    typealias Action = BlockingMachine.Action

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var threads = 1
        var limit: Int? = 2
        let steps: [(Input, [Action])]
    }

    static let cases = [
        Case(
            testDescription: "a thread takes the next work, then waits, then ends",
            steps: [
                (.submit(1), [.startThread(1), .hand(1, to: 1)]), (.submit(2), []), (.finished(1), [.hand(2, to: 1)]),
                (.finished(1), [.watchIdle(1)]), (.submit(3), [.unwatchIdle(1), .hand(3, to: 1)]),
                (.finished(1), [.watchIdle(1)]), (.idleTooLong(1), [.endThread(1)]),
                (.submit(4), [.startThread(2), .hand(4, to: 2)]),
            ]),
        Case(
            testDescription: "the last to become idle works first", threads: 2,
            steps: [
                (.submit(1), [.startThread(1), .hand(1, to: 1)]), (.submit(2), [.startThread(2), .hand(2, to: 2)]),
                (.finished(1), [.watchIdle(1)]), (.finished(2), [.watchIdle(2)]),
                (.submit(3), [.unwatchIdle(2), .hand(3, to: 2)]), (.idleTooLong(1), [.endThread(1)]),
                (.idleTooLong(2), []),
            ]),
        Case(
            testDescription: "full, and a cancellation makes room",
            steps: [
                (.submit(1), [.startThread(1), .hand(1, to: 1)]), (.submit(2), []), (.submit(3), []),
                (.submit(4), [.refuse(4, .full)]), (.cancel(2), [.refuse(2, .cancelled)]), (.cancel(2), []),
                (.cancel(1), []), (.submit(5), []), (.finished(1), [.hand(3, to: 1)]),
                (.finished(1), [.hand(5, to: 1)]),
            ]),
        Case(
            testDescription: "closes when all is done",
            steps: [
                (.submit(1), [.startThread(1), .hand(1, to: 1)]), (.submit(2), []), (.close, []),
                (.submit(3), [.refuse(3, .closed)]), (.finished(1), [.hand(2, to: 1)]),
                (.finished(1), [.endThread(1), .closed]), (.closeNow, []), (.close, [.closed]),
            ]),
        Case(
            testDescription: "closes idle at once", threads: 2,
            steps: [
                (.submit(1), [.startThread(1), .hand(1, to: 1)]), (.submit(2), [.startThread(2), .hand(2, to: 2)]),
                (.finished(2), [.watchIdle(2)]), (.finished(1), [.watchIdle(1)]),
                (.close, [.unwatchIdle(2), .endThread(2), .unwatchIdle(1), .endThread(1), .closed]),
                (.idleTooLong(1), []),
            ]),
        Case(
            testDescription: "closes over what runs",
            steps: [
                (.submit(1), [.startThread(1), .hand(1, to: 1)]), (.submit(2), []), (.close, []),
                (.closeNow, [.refuse(2, .closed), .closed]), (.finished(1), [.endThread(1)]), (.close, [.closed]),
            ]),
        Case(
            testDescription: "no thread to be had", threads: 2,
            steps: [
                (.submit(1), [.startThread(1), .hand(1, to: 1)]), (.startFailed(1), [.refuse(1, .noThread)]),
                (.submit(2), [.startThread(2), .hand(2, to: 2)]), (.submit(3), [.startThread(3), .hand(3, to: 3)]),
                (.submit(4), []), (.startFailed(3), []), (.finished(2), [.hand(3, to: 2)]),
                (.finished(2), [.hand(4, to: 2)]),
            ]),
    ]

    @Test("each input has its actions", arguments: cases)
    func table(_ example: Case) {
        var machine = BlockingMachine(threads: example.threads, limit: example.limit)
        for (input, actions) in example.steps { #expect(machine.handle(input) == actions, "\(input)") }
    }

    @Test("whatever comes in whatever order, work is done in order, once, or refused", arguments: 1...50)
    func model(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let (threads, limit) = (Int.random(in: 1...4, using: &random), Int.random(in: 1...6, using: &random))
        var machine = BlockingMachine(threads: threads, limit: limit)
        var (submitted, lastHanded) = (0, 0)
        var (busy, idle): (Set<Int>, Set<Int>) = ([], [])
        var (handed, refused): (Set<Int>, Set<Int>) = ([], [])
        func take(_ actions: [Action]) {
            for action in actions {
                switch action {
                case .hand(let ticket, let worker):
                    #expect(ticket > lastHanded, "out of order")
                    lastHanded = ticket
                    #expect(handed.insert(ticket).inserted && !refused.contains(ticket))
                    busy.insert(worker)
                    idle.remove(worker)
                case .refuse(let ticket, _): #expect(refused.insert(ticket).inserted && !handed.contains(ticket))
                case .watchIdle(let worker):
                    busy.remove(worker)
                    idle.insert(worker)
                case .endThread(let worker):
                    busy.remove(worker)
                    idle.remove(worker)
                case .startThread, .unwatchIdle, .closed: break
                }
            }
            #expect(busy.count <= threads)
            #expect(machine.busy.count == busy.count && machine.idle.count == idle.count)
            #expect(machine.waiting.count <= limit)
            #expect(machine.waiting.count == 0 || busy.count == threads, "work waits beside a free thread")
            #expect(handed.count + refused.count + machine.waiting.count == submitted)
        }
        for _ in 0..<500 {
            switch Int.random(in: 0..<6, using: &random) {
            case 0...1:
                submitted += 1
                take(machine.handle(.submit(submitted)))
            case 2: take(machine.handle(.cancel(Int.random(in: 0...submitted, using: &random))))
            case 3: if let worker = idle.randomElement(using: &random) { take(machine.handle(.idleTooLong(worker))) }
            default: if let worker = busy.randomElement(using: &random) { take(machine.handle(.finished(worker))) }
            }
        }
        take(machine.handle(.close))
        while let worker = busy.first { take(machine.handle(.finished(worker))) }
        #expect(handed.count + refused.count == submitted)
    }
}
