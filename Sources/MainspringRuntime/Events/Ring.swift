/// A queue whose ends cost the same: it grows to what it held at most and never moves its elements to make room in front.
struct Ring<Element> {
    /// A power of two, or none.
    private var slots: [Element?] = []
    private var head = 0
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// `offset` counts from the oldest; it must be less than ``count``.
    subscript(offset: Int) -> Element {
        get { slots[place(offset)]! }
        set { slots[place(offset)] = newValue }
    }

    mutating func append(_ element: Element) {
        if count == slots.count { grow() }
        slots[place(count)] = element
        count += 1
    }

    mutating func popFirst() -> Element? {
        guard count > 0 else { return nil }
        defer {
            slots[head] = nil
            head = place(1)
            count -= 1
        }
        return slots[head]
    }

    private func place(_ offset: Int) -> Int { (head + offset) & (slots.count - 1) }

    private mutating func grow() {
        let ordered = slots.isEmpty ? [] : slots[head...] + slots[..<head]
        slots = ordered + Array(repeating: nil, count: max(8, slots.count))
        head = 0
    }
}

extension Ring: Sendable where Element: Sendable {}
