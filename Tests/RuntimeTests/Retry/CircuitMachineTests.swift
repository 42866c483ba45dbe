import MainspringCore
import Testing

@testable import MainspringRuntime

@Suite("The circuit breaker's machine")
struct CircuitMachineTests {
    /// Seconds, and what happens then: `ok`, `bad`, `gone` (a call that ends at once), `go` (a call that stays out),
    /// `refused N` (with N seconds left); `/ state` is the state afterwards.
    struct Story: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let steps: [(Int, String)]
    }

    @Test(
        "three failures within ten seconds, a pause of five",
        arguments: [
            Story(
                testDescription: "failures within the window open it",
                steps: [
                    (0, "bad / closed"), (5, "bad / closed"), (10, "bad / open"), (11, "refused 4"), (14, "refused 1"),
                ]),
            Story(
                testDescription: "failures further apart do not",
                steps: [(0, "bad"), (5, "bad"), (11, "bad / closed"), (15, "bad / open")]),
            Story(
                testDescription: "successes between them do not matter",
                steps: [(0, "bad"), (1, "ok"), (2, "bad"), (3, "ok"), (4, "bad / open")]),
            Story(
                testDescription: "cancelled calls do not count",
                steps: [(0, "gone"), (0, "gone"), (0, "gone / closed"), (0, "bad"), (0, "bad / closed")]),
            Story(
                testDescription: "a good trial closes it, with a clean slate",
                steps: [
                    (0, "bad"), (0, "bad"), (0, "bad / open"), (5, "ok / closed"), (6, "bad"), (6, "bad / closed"),
                ]),
            Story(
                testDescription: "a failed trial opens it for another pause",
                steps: [
                    (0, "bad"), (0, "bad"), (0, "bad / open"), (5, "bad / open"), (6, "refused 4"), (10, "ok / closed"),
                ]),
            Story(
                testDescription: "one trial at a time",
                steps: [
                    (0, "bad"), (0, "bad"), (0, "bad"), (5, "go / half_open"), (6, "refused 4"), (7, "end ok / closed"),
                    (7, "ok"),
                ]),
            Story(
                testDescription: "a cancelled trial makes room for the next",
                steps: [
                    (0, "bad"), (0, "bad"), (0, "bad"), (5, "gone / half_open"), (5, "bad / open"), (9, "refused 1"),
                ]),
            Story(
                testDescription: "a trial that stays out is given up on after a pause, and decides nothing any more",
                steps: [
                    (0, "bad"), (0, "bad"), (0, "bad"), (5, "go"), (9, "refused 1"), (10, "go / half_open"),
                    (11, "end bad / half_open"), (12, "end ok / closed"),
                ]),
            Story(
                testDescription: "calls from before it opened decide nothing",
                steps: [
                    (0, "go"), (0, "go"), (0, "go"), (1, "bad"), (1, "bad"), (1, "bad / open"), (2, "end ok / open"),
                    (2, "end bad / open"), (6, "go / half_open"), (7, "end bad / half_open"), (8, "end ok / closed"),
                ]),
        ])
    func stories(story: Story) {
        var machine = CircuitMachine(policy: CircuitPolicy(failures: 3, within: .seconds(10), pause: .seconds(5)))
        var out: [CircuitMachine.Ticket] = []
        for (second, step) in story.steps {
            let now = MonotonicInstant(nanoseconds: Int64(second) * 1_000_000_000)
            let parts = step.split(separator: " / ").map(String.init)
            let words = parts[0].split(separator: " ").map(String.init)
            let outcomes: [String: CircuitMachine.Outcome] = ["ok": .success, "bad": .failure, "gone": .cancelled]
            if words[0] == "end" {
                _ = machine.end(out.removeFirst(), outcomes[words[1]]!, at: now)
            } else {
                switch machine.begin(at: now).0 {
                case .go(let ticket):
                    #expect(words[0] != "refused", "\(second) s: \(step)")
                    if let outcome = outcomes[words[0]] {
                        _ = machine.end(ticket, outcome, at: now)
                    } else {
                        out.append(ticket)
                    }
                case .refused(let left): #expect(step == "refused \(left.components.seconds)", "\(second) s: \(step)")
                }
            }
            if parts.count > 1 { #expect(machine.status(at: now).state.rawValue == parts[1], "\(second) s: \(step)") }
        }
    }

    @Test("the status counts what is in the window, how long calls are refused, and what happened")
    func status() {
        var machine = CircuitMachine(policy: CircuitPolicy(failures: 2, within: .seconds(10), pause: .seconds(5)))
        var now = MonotonicInstant(nanoseconds: 0)
        machine.call(.failure, at: now)
        #expect(machine.status(at: now).recentFailures == 1)
        now = now + .seconds(11)
        #expect(machine.status(at: now).recentFailures == 0)
        machine.call(.failure, at: now)
        machine.call(.failure, at: now)
        machine.call(.success, at: now)
        #expect(machine.status(at: now).retryAfter == .seconds(5))
        now = now + .seconds(5)
        #expect(machine.status(at: now).retryAfter == .zero)
        machine.call(.cancelled, at: now)
        machine.call(.success, at: now)
        let status = machine.status(at: now)
        #expect(status.state == .closed)
        #expect(status.failed == 3)
        #expect(status.succeeded == 1)
        #expect(status.cancelled == 1)
        #expect(status.refused == 1)
        #expect(status.opened == 1)
    }

    @Test("each change of state is told once")
    func transitions() {
        var machine = CircuitMachine(policy: CircuitPolicy(failures: 1, within: .seconds(1), pause: .seconds(1)))
        var seen: [CircuitTransition] = []
        for (second, outcome) in [(0, CircuitMachine.Outcome.failure), (1, .cancelled), (1, .failure), (2, .success)] {
            seen += machine.call(outcome, at: MonotonicInstant(nanoseconds: Int64(second) * 1_000_000_000))
        }
        #expect(seen.map(\.to) == [.open, .halfOpen, .open, .halfOpen, .closed])
        #expect(seen.map(\.from) == [.closed, .open, .halfOpen, .open, .halfOpen])
    }

    @Test("fewer than one failure is one", arguments: [0, -3])
    func leastFailures(failures: Int) {
        var machine = CircuitMachine(policy: CircuitPolicy(failures: failures))
        let now = MonotonicInstant(nanoseconds: 0)
        machine.call(.success, at: now)
        #expect(machine.status(at: now).state == .closed)
        machine.call(.failure, at: now)
        #expect(machine.status(at: now).state == .open)
    }
}

extension CircuitMachine {
    @discardableResult
    fileprivate mutating func call(_ outcome: Outcome, at now: MonotonicInstant) -> [CircuitTransition] {
        let (admission, transitions) = begin(at: now)
        guard case .go(let ticket) = admission else { return transitions }
        return transitions + end(ticket, outcome, at: now)
    }
}
