import MainspringCore

/// Timers by deadline, and among equals by when they were made; pure: it knows no clock.
///
/// A binary heap whose timers know their places, so that a cancelled one is gone at once, with its action and its memory,
/// in O(log n); one that is later than all others goes in in O(1). Not a timing wheel: among 100,000 timers that was at most
/// 200 ns faster for each, and it has to wake up to turn.
struct TimerHeap: ~Copyable {
    /// One timer, as its heap knows it.
    ///
    /// Unchecked: what varies is read and written only through the heap, which whoever shares it must guard.
    final class Entry: @unchecked Sendable {
        let deadline: MonotonicInstant
        fileprivate let number: UInt64
        fileprivate var action: (@Sendable () -> Void)?
        /// In the heap; meaningless once it has left.
        fileprivate var place: Int

        fileprivate init(
            _ deadline: MonotonicInstant, number: UInt64, place: Int, action: @escaping @Sendable () -> Void
        ) {
            self.deadline = deadline
            self.number = number
            self.place = place
            self.action = action
        }

        fileprivate func isBefore(_ other: Entry) -> Bool {
            deadline == other.deadline ? number < other.number : deadline < other.deadline
        }
    }

    private var entries: [Entry] = []
    private var made: UInt64 = 0

    var count: Int { entries.count }
    var nextDeadline: MonotonicInstant? { entries.first?.deadline }

    mutating func insert(at deadline: MonotonicInstant, _ action: @escaping @Sendable () -> Void) -> Entry {
        made += 1
        let entry = Entry(deadline, number: made, place: entries.count, action: action)
        entries.append(entry)
        rise(from: entry.place)
        return entry
    }

    /// The action of a timer that had not left yet. The caller lets go of it outside its lock: the end of what it holds may
    /// run any code.
    mutating func remove(_ entry: Entry) -> (@Sendable () -> Void)? {
        guard let action = entry.action else { return nil }
        entry.action = nil
        let place = entry.place
        // There is a last one: the entry is in the heap.
        let last = entries.removeLast()
        if last !== entry {
            entries[place] = last
            last.place = place
            rise(from: place)
            sink(from: last.place)
        }
        shrink()
        return action
    }

    /// The first timer that is due at `now`; it has left the heap.
    mutating func popDue(at now: MonotonicInstant) -> (deadline: MonotonicInstant, action: @Sendable () -> Void)? {
        guard let first = entries.first, first.deadline <= now, let action = remove(first) else { return nil }
        return (first.deadline, action)
    }

    /// Gives back what a burst needed.
    private mutating func shrink() {
        guard entries.capacity > 256, entries.count < entries.capacity / 4 else { return }
        var fewer: [Entry] = []
        fewer.reserveCapacity(entries.count * 2)
        fewer += entries
        entries = fewer
    }

    private mutating func rise(from start: Int) {
        let entry = entries[start]
        var place = start
        while place > 0 {
            let parent = (place - 1) / 2
            guard entry.isBefore(entries[parent]) else { break }
            move(from: parent, to: place)
            place = parent
        }
        put(entry, at: place, from: start)
    }

    private mutating func sink(from start: Int) {
        let entry = entries[start]
        var place = start
        while true {
            var child = 2 * place + 1
            guard child < entries.count else { break }
            if child + 1 < entries.count, entries[child + 1].isBefore(entries[child]) { child += 1 }
            guard entries[child].isBefore(entry) else { break }
            move(from: child, to: place)
            place = child
        }
        put(entry, at: place, from: start)
    }

    private mutating func move(from place: Int, to target: Int) {
        entries[target] = entries[place]
        entries[target].place = target
    }

    private mutating func put(_ entry: Entry, at place: Int, from start: Int) {
        guard place != start else { return }
        entries[place] = entry
        entry.place = place
    }
}
