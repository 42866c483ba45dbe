/// START HERE for the broadcaster: queues and who waits at them, as a pure value; `BroadcastCore` resumes whom it names.
struct BroadcastMachine<Reader: Sendable>: Sendable {
    struct Action: Sendable {
        var reader: Reader
        /// Nil: there will be no more.
        var message: BroadcastMessage?
    }

    enum Take: Sendable {
        case message(BroadcastMessage)
        /// Park with this ticket.
        case nothing(ticket: Int)
        /// For good; ``BroadcastMachine/closing(of:)`` says whether it was closed.
        case ended
    }

    private struct Subscriber: Sendable {
        let whenSlow: SlowPolicy
        var queue: BroadcastQueue
        var readers = Waitlist<Reader>()
    }

    private var roster = Roster<Subscriber>()
    /// Closed subscribers that did not leave yet: they are still to be told.
    private var closed: [Int: SlowSubscriber] = [:]
    private var isFinished = false
    private var counts = BroadcastCounters()

    var counters: BroadcastCounters {
        var counters = counts
        counters.subscribers = roster.count
        return counters
    }
}

// MARK: Sending

extension BroadcastMachine {
    /// Nil when the broadcaster is finished.
    mutating func send(_ message: BroadcastMessage) -> [Action]? {
        guard !isFinished else {
            counts.refused += 1
            return nil
        }
        counts.published += 1
        var actions: [Action] = []
        // From the last one down: when one leaves on the way, the last one takes its place, and has been served.
        for place in roster.indices.reversed() {
            if let reader = roster[place].readers.popFirst() {
                counts.sent += 1
                actions.append(Action(reader: reader, message: message))
            } else {
                enqueue(message, at: place)
            }
        }
        return actions
    }

    /// Nothing more is sent; what is queued can still be read.
    mutating func finish() -> [Action] {
        isFinished = true
        var actions: [Action] = []
        for place in roster.indices {
            while let reader = roster[place].readers.popFirst() { actions.append(Action(reader: reader)) }
        }
        return actions
    }

    private mutating func enqueue(_ message: BroadcastMessage, at place: Int) {
        let (count, bytes) = (roster[place].queue.count, roster[place].queue.bytes)
        switch roster[place].whenSlow {
        case .coalesce:
            let change = roster[place].queue.coalesce(message)
            counts.coalesced += change.coalesced
            counts.dropped += change.dropped
        case .close:
            guard roster[place].queue.hasRoom(for: message) else { return close(place) }
            roster[place].queue.append(message)
        }
        counts.queued += roster[place].queue.count - count
        counts.queuedBytes += roster[place].queue.bytes - bytes
    }

    private mutating func close(_ place: Int) {
        let id = roster.id(at: place)
        counts.dropped += 1
        counts.closedSlow += 1
        closed[id] = SlowSubscriber(queuedBytes: roster[place].queue.bytes, budget: roster[place].queue.budget)
        _ = remove(id)
    }

    private mutating func remove(_ id: Int) -> [Action] {
        guard var gone = roster.leave(id) else { return [] }
        counts.leftBehind += gone.queue.count
        counts.queued -= gone.queue.count
        counts.queuedBytes -= gone.queue.bytes
        var actions: [Action] = []
        while let reader = gone.readers.popFirst() { actions.append(Action(reader: reader)) }
        return actions
    }
}

// MARK: Subscribing

extension BroadcastMachine {
    mutating func subscribe(budget: Int, whenSlow: SlowPolicy) -> Int {
        roster.join(Subscriber(whenSlow: whenSlow, queue: BroadcastQueue(budget: budget)))
    }

    mutating func unsubscribe(_ id: Int) -> [Action] {
        closed[id] = nil
        return remove(id)
    }

    mutating func take(from id: Int) -> Take {
        guard let place = roster.place(of: id) else { return .ended }
        let bytes = roster[place].queue.bytes
        guard let message = roster[place].queue.popFirst() else {
            return isFinished ? .ended : .nothing(ticket: roster[place].readers.drawTicket())
        }
        counts.sent += 1
        counts.queued -= 1
        counts.queuedBytes -= bytes - roster[place].queue.bytes
        return .message(message)
    }

    /// A reader that was told ``Take/nothing(ticket:)``; nil when it waits, otherwise what it need not wait for.
    mutating func park(_ reader: Reader, of id: Int, ticket: Int, isCancelled: Bool) -> Action? {
        guard !isCancelled else { return Action(reader: reader) }
        switch take(from: id) {
        case .message(let message): return Action(reader: reader, message: message)
        case .ended: return Action(reader: reader)
        case .nothing:
            guard let place = roster.place(of: id) else { return Action(reader: reader) }
            roster[place].readers.park(reader, ticket: ticket)
            return nil
        }
    }

    mutating func cancelReader(of id: Int, ticket: Int) -> Action? {
        guard let place = roster.place(of: id), let reader = roster[place].readers.remove(ticket: ticket) else {
            return nil
        }
        return Action(reader: reader)
    }

    /// Why the subscriber was closed; nil when it was not, or when it left since.
    func closing(of id: Int) -> SlowSubscriber? { closed[id] }
}
