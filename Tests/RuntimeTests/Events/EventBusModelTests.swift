import MainspringTesting
import Testing

@testable import MainspringRuntime

@Suite("The event bus's machine against a naive model")
struct EventBusModelTests {
    typealias Machine = EventBusMachine<Int, Int, Int>

    /// A waiter between its look and its wait, as two threads may leave it.
    enum Unparked {
        case reader(id: Int, ticket: Int, token: Int)
        case publisher(event: Int, ticket: Int, token: Int)
    }

    struct Run {
        var random: SeededGenerator
        var machine = Machine()
        var model = EventBusModel()
        var ids: [Int] = []
        var unparked: [Unparked] = []
        var parked: [Unparked] = []
        var answers: [Int: EventBusModel.Answer] = [:]
        var nextToken = 0

        mutating func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

        mutating func perform(_ actions: [Machine.Action]) {
            for action in actions {
                let (token, answer): (Int, EventBusModel.Answer) =
                    switch action {
                    case .resume(let reader, let event): (reader, .event(event))
                    case .release(let publisher, let isAccepted): (publisher, .published(isAccepted))
                    }
                #expect(answers.updateValue(answer, forKey: token) == nil, "token \(token) was answered twice")
            }
        }

        mutating func token() -> Int {
            nextToken += 1
            return nextToken
        }

        mutating func step() {
            switch below(20) {
            case 0: subscribe()
            case 1: unsubscribe()
            case 2..<8: publish()
            case 8..<13: take()
            case 13..<17: park()
            default: cancel()
            }
        }

        mutating func subscribe() {
            guard ids.count < 4 else { return }
            let limit = 1 + below(4)
            let policy = OverflowPolicy.allCases[below(3)]
            let id = machine.subscribe(limit: limit, whenFull: policy)
            model.subscribers[id] = EventBusModel.Subscriber(limit: limit, whenFull: policy)
            ids.append(id)
        }

        mutating func unsubscribe() {
            guard !ids.isEmpty else { return }
            let id = ids.remove(at: below(ids.count))
            perform(machine.unsubscribe(id))
            model.unsubscribe(id)
        }

        mutating func publish() {
            let token = token()
            let isDecided = model.publish(token, token: token)
            switch machine.publish(token) {
            case .accepted(let actions): perform(actions + [.release(token, isAccepted: true)])
            case .refused: perform([.release(token, isAccepted: false)])
            case .full(let ticket):
                #expect(!isDecided)
                unparked.append(.publisher(event: token, ticket: ticket, token: token))
            }
        }

        mutating func take() {
            guard !ids.isEmpty else { return }
            let (id, token) = (ids[below(ids.count)], token())
            let isDecided = model.take(from: id, token: token)
            switch machine.take(from: id) {
            case .event(let event, let actions): perform(actions + [.resume(token, with: event)])
            case .ended: perform([.resume(token, with: nil)])
            case .nothing(let ticket):
                #expect(!isDecided)
                unparked.append(.reader(id: id, ticket: ticket, token: token))
            }
        }

        mutating func park() {
            guard !unparked.isEmpty else { return }
            let waiter = unparked.remove(at: below(unparked.count))
            let isCancelled = below(8) == 0
            switch waiter {
            case .reader(let id, let ticket, let token):
                perform(machine.park(token, of: id, ticket: ticket, isCancelled: isCancelled))
                model.parkReader(of: id, token: token, isCancelled: isCancelled)
            case .publisher(let event, let ticket, let token):
                perform(machine.park(token, event: event, ticket: ticket, isCancelled: isCancelled))
                model.parkPublisher(event, token: token, isCancelled: isCancelled)
            }
            parked.append(waiter)
        }

        /// Cancels one that waits, or one that waits no more.
        mutating func cancel() {
            guard !parked.isEmpty else { return }
            switch parked.remove(at: below(parked.count)) {
            case .reader(let id, let ticket, let token):
                perform(machine.cancelReader(of: id, ticket: ticket))
                model.cancelReader(of: id, token: token)
            case .publisher(_, let ticket, let token):
                perform(machine.cancelPublisher(ticket: ticket))
                model.cancelPublisher(token: token)
            }
        }
    }

    @Test("any sequence of operations answers as the model does, and counts as it does")
    func agrees() {
        var seeds = SeededGenerator.fresh("EventBusModelTests")
        for _ in 0..<200 {
            let seed = seeds.next()
            var run = Run(random: SeededGenerator(seed: seed))
            for _ in 0..<300 {
                run.step()
                guard run.answers == run.model.answers, run.machine.counters == run.model.snapshot() else {
                    Issue.record("seed \(seed): \(run.machine.counters), the model \(run.model.snapshot())")
                    return
                }
            }
            run.perform(run.machine.finish())
            run.model.finish()
            while !run.unparked.isEmpty { run.park() }
            for id in run.ids { run.perform(run.machine.unsubscribe(id)) }
            for id in run.ids { run.model.unsubscribe(id) }
            #expect(run.answers == run.model.answers, "seed \(seed)")
            #expect(run.machine.counters == run.model.snapshot(), "seed \(seed)")
            #expect(run.answers.count == run.nextToken, "seed \(seed): someone waits for ever")
        }
    }
}
