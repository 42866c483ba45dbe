import MainspringCore
import MainspringTesting
import Testing

@testable import MainspringRuntime

@Suite("The heap of timers")
struct TimerHeapTests {
    @Test("gives back what a sorted list would, whatever is inserted, cancelled and due", arguments: 1...50)
    func agreesWithAList(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var heap = TimerHeap()
        var model: [(deadline: Int64, number: Int, entry: TimerHeap.Entry)] = []
        var now: Int64 = 0
        let fired = Log()
        for number in 0..<2000 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                // Few different deadlines: many are equal, some have passed.
                let deadline = now + Int64.random(in: -5...40, using: &random)
                let entry = heap.insert(at: MonotonicInstant(nanoseconds: deadline)) { fired.append(number) }
                model.append((deadline, number, entry))
            case 5..<7:
                guard let index = model.indices.randomElement(using: &random) else { continue }
                let gone = model.remove(at: index)
                #expect(heap.remove(gone.entry) != nil)
                #expect(heap.remove(gone.entry) == nil, "cancelled twice")
            default:
                now += Int64.random(in: 0...10, using: &random)
                let due = model.filter { $0.deadline <= now }.sorted {
                    ($0.deadline, $0.number) < ($1.deadline, $1.number)
                }
                model.removeAll { $0.deadline <= now }
                let before = fired.values.count
                while let timer = heap.popDue(at: MonotonicInstant(nanoseconds: now)) { timer.action() }
                #expect(Array(fired.values[before...]) == due.map(\.number))
                for timer in due { #expect(heap.remove(timer.entry) == nil, "cancelled after it fired") }
            }
            let next = model.map(\.deadline).min()
            #expect(heap.nextDeadline?.nanoseconds == next)
            let count = heap.count
            #expect(count == model.count)
        }
    }

    @Test("a cancelled timer's action is freed at once, and so is one that fired")
    func freesActions() {
        var heap = TimerHeap()
        weak var cancelled: Log?
        weak var fired: Log?
        var entries: [TimerHeap.Entry] = []
        do {
            let (first, second) = (Log(), Log())
            (cancelled, fired) = (first, second)
            entries.append(heap.insert(at: MonotonicInstant(nanoseconds: 10)) { first.append(0) })
            entries.append(heap.insert(at: MonotonicInstant(nanoseconds: 20)) { second.append(0) })
        }
        #expect(cancelled != nil)
        _ = heap.remove(entries[0])
        #expect(cancelled == nil)
        #expect(fired != nil)
        _ = heap.popDue(at: MonotonicInstant(nanoseconds: 20))
        #expect(fired == nil)
    }
}
