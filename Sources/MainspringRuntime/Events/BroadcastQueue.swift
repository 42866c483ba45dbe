/// The messages that wait for one subscriber, within a byte budget.
struct BroadcastQueue: Sendable {
    struct Change: Sendable, Equatable {
        var coalesced = 0
        var dropped = 0
    }

    let budget: Int
    private(set) var bytes = 0
    private var messages = Ring<BroadcastMessage>()
    /// The number of the oldest message; numbers go up by one.
    private var first = 0
    /// Where each key stands, of those that came by ``coalesce(_:)``.
    private var numbers: [String: Int] = [:]

    init(budget: Int) {
        self.budget = budget
    }

    var count: Int { messages.count }

    func hasRoom(for message: BroadcastMessage) -> Bool { bytes + message.cost <= budget }

    mutating func append(_ message: BroadcastMessage) {
        messages.append(message)
        bytes += message.cost
    }

    /// Makes the message fit: in place of the older one with its key, then by dropping the oldest others. One that is
    /// greater than the whole budget is dropped itself, and changes nothing.
    mutating func coalesce(_ message: BroadcastMessage) -> Change {
        guard message.cost <= budget else { return Change(dropped: 1) }
        var change = Change()
        if let key = message.key, let number = numbers[key] {
            bytes += message.cost - messages[number - first].cost
            messages[number - first] = message
            change.coalesced = 1
            while bytes > budget {
                dropOldest(sparing: key)
                change.dropped += 1
            }
        } else {
            while !hasRoom(for: message) {
                _ = popFirst()
                change.dropped += 1
            }
            if let key = message.key { numbers[key] = first + messages.count }
            append(message)
        }
        return change
    }

    mutating func popFirst() -> BroadcastMessage? {
        guard let message = messages.popFirst() else { return nil }
        forget(message)
        first += 1
        return message
    }

    /// When the spared message is the oldest itself, it moves up and the one after it goes.
    private mutating func dropOldest(sparing key: String) {
        guard messages[0].key == key else {
            _ = popFirst()
            return
        }
        let (spared, victim) = (messages[0], messages[1])
        forget(victim)
        messages[1] = spared
        _ = messages.popFirst()
        first += 1
        numbers[key] = first
    }

    private mutating func forget(_ message: BroadcastMessage) {
        if let key = message.key { numbers[key] = nil }
        bytes -= message.cost
    }
}
