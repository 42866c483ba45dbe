/// Numbers in line by a key, smallest first; equal keys stand in the order of their numbers.
///
/// Whoever leaves at the front, or joins at the end, moves nobody else.
struct OrderedLine: Sendable {
    struct Place: Sendable, Hashable, Comparable {
        var key: Int64
        var seq: Int64

        static func < (left: Self, right: Self) -> Bool { (left.key, left.seq) < (right.key, right.seq) }
    }

    private var storage: [Place] = []
    /// What stands before it has left.
    private var head = 0

    var places: ArraySlice<Place> { storage[head...] }
    var first: Place? { head < storage.count ? storage[head] : nil }

    mutating func insert(_ place: Place) {
        storage.insert(place, at: storage.last.map { $0 < place } ?? true ? storage.count : index(of: place))
    }

    mutating func remove(_ place: Place) {
        let index = first == place ? head : index(of: place)
        guard index < storage.count, storage[index] == place else { return }
        guard index == head else {
            storage.remove(at: index)
            return
        }
        head += 1
        if head > 32, head > storage.count / 2 {
            storage.removeFirst(head)
            head = 0
        }
    }

    private func index(of place: Place) -> Int {
        var low = head
        var high = storage.count
        while low < high {
            let middle = (low + high) / 2
            if storage[middle] < place { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
