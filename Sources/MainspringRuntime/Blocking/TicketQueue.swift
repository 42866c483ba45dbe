/// First in, first out, and out of the middle too, each in constant time.
struct TicketQueue: Sendable {
    private var positions: [Int: Int] = [:]
    private var tickets: [Int: Int] = [:]
    private var first = 0
    private var end = 0

    var count: Int { tickets.count }

    mutating func append(_ ticket: Int) {
        put(ticket, at: end)
        end += 1
    }

    mutating func prepend(_ ticket: Int) {
        first -= 1
        put(ticket, at: first)
    }

    mutating func popFirst() -> Int? {
        while first < end {
            defer { first += 1 }
            guard let ticket = tickets.removeValue(forKey: first) else { continue }
            positions[ticket] = nil
            return ticket
        }
        return nil
    }

    /// False when it is not in here.
    mutating func remove(_ ticket: Int) -> Bool {
        guard let position = positions.removeValue(forKey: ticket) else { return false }
        tickets[position] = nil
        return true
    }

    mutating func removeAll() -> [Int] {
        var all: [Int] = []
        while let ticket = popFirst() { all.append(ticket) }
        return all
    }

    private mutating func put(_ ticket: Int, at position: Int) {
        tickets[position] = ticket
        positions[ticket] = position
    }
}
