/// Who waits, first come first served; anyone may leave early, at the same cost.
///
/// A ticket is drawn before there is something to park, so that a cancellation knows whom to look for; the order is that of
/// the tickets.
struct Waitlist<Waiter> {
    private var waiters: [Int: Waiter] = [:]
    /// No waiter has a lower ticket.
    private var oldest = 0
    private var nextTicket = 0

    var isEmpty: Bool { waiters.isEmpty }
    var count: Int { waiters.count }

    mutating func drawTicket() -> Int {
        defer { nextTicket += 1 }
        return nextTicket
    }

    mutating func park(_ waiter: Waiter, ticket: Int) {
        waiters[ticket] = waiter
        oldest = min(oldest, ticket)
    }

    /// Nil when it does not wait, or not any more.
    mutating func remove(ticket: Int) -> Waiter? { waiters.removeValue(forKey: ticket) }

    mutating func popFirst() -> Waiter? {
        guard !waiters.isEmpty else { return nil }
        while true {
            defer { oldest += 1 }
            if let waiter = waiters.removeValue(forKey: oldest) { return waiter }
        }
    }
}

extension Waitlist: Sendable where Waiter: Sendable {}
