@testable import MainspringRuntime

/// An event bus as one would write it without a thought for cost; waiters are tokens, served in the order of their numbers.
struct EventBusModel {
    struct Subscriber {
        let limit: Int
        let whenFull: OverflowPolicy
        var buffer: [Int] = []
        var readers: [Int] = []
    }

    enum Answer: Hashable {
        case event(Int?)
        case published(Bool)
    }

    var subscribers: [Int: Subscriber] = [:]
    var publishers: [(token: Int, event: Int)] = []
    var isFinished = false
    var counters = EventBusCounters()
    /// What each token was answered.
    var answers: [Int: Answer] = [:]

    private var mustWait: Bool {
        subscribers.values.contains { $0.whenFull == .wait && $0.buffer.count >= $0.limit }
    }

    mutating func publish(_ event: Int, token: Int) -> Bool {
        if isFinished {
            counters.refused += 1
            answers[token] = .published(false)
            return true
        }
        if mustWait || !publishers.isEmpty { return false }
        distribute(event)
        answers[token] = .published(true)
        return true
    }

    mutating func parkPublisher(_ event: Int, token: Int, isCancelled: Bool) {
        if isFinished || isCancelled {
            counters.refused += 1
            answers[token] = .published(false)
            return
        }
        publishers.append((token, event))
        publishers.sort { $0.token < $1.token }
        admit()
    }

    mutating func cancelPublisher(token: Int) {
        guard let index = publishers.firstIndex(where: { $0.token == token }) else { return }
        publishers.remove(at: index)
        counters.refused += 1
        answers[token] = .published(false)
    }

    mutating func take(from id: Int, token: Int) -> Bool {
        guard let subscriber = subscribers[id] else {
            answers[token] = .event(nil)
            return true
        }
        if subscriber.buffer.isEmpty {
            if isFinished { answers[token] = .event(nil) }
            return isFinished
        }
        answers[token] = .event(subscribers[id]?.buffer.removeFirst())
        counters.delivered += 1
        admit()
        return true
    }

    mutating func parkReader(of id: Int, token: Int, isCancelled: Bool) {
        if isCancelled {
            answers[token] = .event(nil)
        } else if !take(from: id, token: token) {
            subscribers[id]?.readers.append(token)
            subscribers[id]?.readers.sort()
        }
    }

    mutating func cancelReader(of id: Int, token: Int) {
        guard let index = subscribers[id]?.readers.firstIndex(of: token) else { return }
        subscribers[id]?.readers.remove(at: index)
        answers[token] = .event(nil)
    }

    mutating func unsubscribe(_ id: Int) {
        guard let gone = subscribers.removeValue(forKey: id) else { return }
        counters.leftBehind += gone.buffer.count
        for reader in gone.readers { answers[reader] = .event(nil) }
        admit()
    }

    mutating func finish() {
        isFinished = true
        for waiting in publishers { cancelPublisher(token: waiting.token) }
        for (id, subscriber) in subscribers {
            for reader in subscriber.readers { cancelReader(of: id, token: reader) }
        }
    }

    func snapshot() -> EventBusCounters {
        var counters = counters
        counters.subscribers = subscribers.count
        counters.waitingPublishers = publishers.count
        counters.buffered = subscribers.values.reduce(0) { $0 + $1.buffer.count }
        return counters
    }

    private mutating func admit() {
        while !mustWait, let first = publishers.first {
            publishers.removeFirst()
            distribute(first.event)
            answers[first.token] = .published(true)
        }
    }

    private mutating func distribute(_ event: Int) {
        counters.published += 1
        if subscribers.isEmpty { counters.unheard += 1 }
        for id in subscribers.keys {
            guard var subscriber = subscribers[id] else { continue }
            if !subscriber.readers.isEmpty {
                answers[subscriber.readers.removeFirst()] = .event(event)
                counters.delivered += 1
            } else if subscriber.buffer.count < subscriber.limit {
                subscriber.buffer.append(event)
            } else {
                counters.dropped += 1
                if subscriber.whenFull == .dropOldest {
                    subscriber.buffer = Array(subscriber.buffer.dropFirst()) + [event]
                }
            }
            subscribers[id] = subscriber
        }
    }
}
