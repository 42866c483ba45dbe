/// START HERE for the event bus: buffers and who waits at them, as a pure value; `EventBusCore` resumes whom it names.
///
/// An event enters the buffers of all subscribers at one moment or of none. While any subscriber that is to be waited for
/// has no room, publishers queue up, and none overtakes another.
struct EventBusMachine<Event: Sendable, Reader: Sendable, Publisher: Sendable>: Sendable {
    enum Action: Sendable {
        /// Nil: there will be no more.
        case resume(Reader, with: Event?)
        case release(Publisher, isAccepted: Bool)
    }

    enum Offer: Sendable {
        case accepted([Action])
        case refused
        /// Park with this ticket.
        case full(ticket: Int)
    }

    enum Take: Sendable {
        case event(Event, [Action])
        /// Park with this ticket.
        case nothing(ticket: Int)
        case ended
    }

    private struct Subscriber: Sendable {
        let limit: Int
        let whenFull: OverflowPolicy
        var buffer = Ring<Event>()
        var readers = Waitlist<Reader>()

        var isFull: Bool { buffer.count >= limit }
        var blocksPublishers: Bool { whenFull == .wait && isFull }
    }

    private var roster = Roster<Subscriber>()
    private var publishers = Waitlist<(event: Event, publisher: Publisher)>()
    private var isFinished = false
    /// Subscribers that publishers must wait for now.
    private var blocking = 0
    private var counts = EventBusCounters()

    var counters: EventBusCounters {
        var counters = counts
        counters.subscribers = roster.count
        counters.waitingPublishers = publishers.count
        return counters
    }

    mutating func countFailure() { counts.failed += 1 }
}

// MARK: Publishing

extension EventBusMachine {
    mutating func publish(_ event: Event) -> Offer {
        guard !isFinished else {
            counts.refused += 1
            return .refused
        }
        guard blocking == 0, publishers.isEmpty else { return .full(ticket: publishers.drawTicket()) }
        return .accepted(distribute(event))
    }

    /// A publisher that was told ``Offer/full(ticket:)``; what made it wait may be over by now.
    mutating func park(_ publisher: Publisher, event: Event, ticket: Int, isCancelled: Bool) -> [Action] {
        guard !isFinished, !isCancelled else {
            counts.refused += 1
            return [.release(publisher, isAccepted: false)]
        }
        publishers.park((event, publisher), ticket: ticket)
        return admit()
    }

    mutating func cancelPublisher(ticket: Int) -> [Action] {
        guard let waiter = publishers.remove(ticket: ticket) else { return [] }
        counts.refused += 1
        return [.release(waiter.publisher, isAccepted: false)]
    }

    /// Nothing more is accepted; what is buffered can still be read.
    mutating func finish() -> [Action] {
        guard !isFinished else { return [] }
        isFinished = true
        var actions: [Action] = []
        while let waiter = publishers.popFirst() {
            counts.refused += 1
            actions.append(.release(waiter.publisher, isAccepted: false))
        }
        for place in roster.indices {
            while let reader = roster[place].readers.popFirst() { actions.append(.resume(reader, with: nil)) }
        }
        return actions
    }

    private mutating func distribute(_ event: Event) -> [Action] {
        counts.published += 1
        if roster.count == 0 { counts.unheard += 1 }
        var actions: [Action] = []
        for place in roster.indices {
            if let reader = roster[place].readers.popFirst() {
                counts.delivered += 1
                actions.append(.resume(reader, with: event))
            } else {
                buffer(event, at: place)
            }
        }
        return actions
    }

    private mutating func buffer(_ event: Event, at place: Int) {
        if roster[place].isFull {
            counts.dropped += 1
            if roster[place].whenFull == .dropNewest { return }
            _ = roster[place].buffer.popFirst()
            counts.buffered -= 1
        }
        roster[place].buffer.append(event)
        counts.buffered += 1
        if roster[place].blocksPublishers { blocking += 1 }
    }

    /// Lets in the publishers that need not wait any more.
    private mutating func admit() -> [Action] {
        var actions: [Action] = []
        while blocking == 0, let waiter = publishers.popFirst() {
            actions += distribute(waiter.event)
            actions.append(.release(waiter.publisher, isAccepted: true))
        }
        return actions
    }
}

// MARK: Subscribing

extension EventBusMachine {
    /// A limit below 1 counts as 1.
    mutating func subscribe(limit: Int, whenFull: OverflowPolicy) -> Int {
        roster.join(Subscriber(limit: max(1, limit), whenFull: whenFull))
    }

    mutating func unsubscribe(_ id: Int) -> [Action] {
        guard var gone = roster.leave(id) else { return [] }
        counts.leftBehind += gone.buffer.count
        counts.buffered -= gone.buffer.count
        if gone.blocksPublishers { blocking -= 1 }
        var actions: [Action] = []
        while let reader = gone.readers.popFirst() { actions.append(.resume(reader, with: nil)) }
        return actions + admit()
    }

    func buffered(for id: Int) -> Int { roster.place(of: id).map { roster[$0].buffer.count } ?? 0 }

    mutating func take(from id: Int) -> Take {
        guard let place = roster.place(of: id) else { return .ended }
        let wasBlocking = roster[place].blocksPublishers
        guard let event = roster[place].buffer.popFirst() else {
            return isFinished ? .ended : .nothing(ticket: roster[place].readers.drawTicket())
        }
        counts.buffered -= 1
        counts.delivered += 1
        guard wasBlocking else { return .event(event, []) }
        blocking -= 1
        return .event(event, admit())
    }

    /// A reader that was told ``Take/nothing(ticket:)``; there may be something by now.
    mutating func park(_ reader: Reader, of id: Int, ticket: Int, isCancelled: Bool) -> [Action] {
        guard !isCancelled else { return [.resume(reader, with: nil)] }
        switch take(from: id) {
        case .event(let event, let actions): return [.resume(reader, with: event)] + actions
        case .ended: return [.resume(reader, with: nil)]
        case .nothing:
            guard let place = roster.place(of: id) else { return [.resume(reader, with: nil)] }
            roster[place].readers.park(reader, ticket: ticket)
            return []
        }
    }

    mutating func cancelReader(of id: Int, ticket: Int) -> [Action] {
        guard let place = roster.place(of: id), let reader = roster[place].readers.remove(ticket: ticket) else {
            return []
        }
        return [.resume(reader, with: nil)]
    }
}
