import MainspringCore
import MainspringTesting
import Testing

@testable import MainspringRuntime

@Suite("The circuit breaker", .timeLimit(.minutes(1)))
struct CircuitBreakerTests {
    let time = ManualTime()
    let transitions = Tally<CircuitTransition>()

    func breaker(counting: @escaping @Sendable (any Error) -> Bool = { _ in true }) -> CircuitBreaker {
        CircuitBreaker(
            name: "quotes", policy: CircuitPolicy(failures: 2, within: .seconds(60), pause: .seconds(30)), time: time,
            counting: counting, observe: { [transitions] in transitions.note($0) })
    }

    func fail(_ breaker: CircuitBreaker, times: Int = 1) async {
        for _ in 0..<times { await #expect(throws: Oops.self) { try await breaker.run { throw Oops() } } }
    }

    @Test("an open circuit refuses without calling, says for how long, and closes after a good trial")
    func journey() async throws {
        let breaker = breaker()
        await fail(breaker, times: 2)
        time.advance(by: .seconds(18))
        let error = await #expect(throws: MainspringError.self) {
            try await breaker.run { Issue.record("an open circuit called") }
        }
        #expect(error?.code == .circuitOpen)
        #expect(error?.retryAfter == .seconds(12))
        #expect(
            error?.description
                == "the circuit 'quotes' is open. It lets a call through in 12s [circuit_open]")
        time.advance(by: .seconds(12))
        #expect(try await breaker.run { 7 } == 7)
        #expect(breaker.status.state == .closed)
        #expect(transitions.values.map(\.to) == [.open, .halfOpen, .closed])
    }

    @Test("only counted errors count; the others are answers, and close a half-open circuit")
    func countedErrors() async {
        let breaker = breaker { $0 is Oops }
        struct Refusal: Error {}
        for _ in 0..<5 { await #expect(throws: Refusal.self) { try await breaker.run { throw Refusal() } } }
        #expect(breaker.status.state == .closed)
        #expect(breaker.status.succeeded == 5)
        await fail(breaker, times: 2)
        time.advance(by: .seconds(30))
        await #expect(throws: Refusal.self) { try await breaker.run { throw Refusal() } }
        #expect(breaker.status.state == .closed)
    }

    @Test("a cancellation counts as neither, and a cancelled trial leaves its place to the next")
    func cancellation() async throws {
        let breaker = breaker { _ in
            Issue.record("a cancellation was asked about")
            return true
        }
        for _ in 0..<5 {
            await #expect(throws: CancellationError.self) { try await breaker.run { throw CancellationError() } }
        }
        #expect(breaker.status.state == .closed)
        #expect(breaker.status.cancelled == 5)
        let counting = self.breaker()
        await fail(counting, times: 2)
        time.advance(by: .seconds(30))
        let trial = Task {
            try await counting.run {
                while true {
                    try Task.checkCancellation()
                    await Task.yield()
                }
            }
        }
        await eventually { counting.status.state == .halfOpen }
        await #expect(throws: MainspringError.self) { try await counting.run {} }
        trial.cancel()
        _ = await trial.result
        try await counting.run {}
        #expect(counting.status.state == .closed)
    }

    @Test("of many calls at the end of the pause, one is the trial")
    func oneTrial() async {
        let breaker = breaker()
        await fail(breaker, times: 2)
        time.advance(by: .seconds(30))
        let called = Tally<Int>()
        let refused = Tally<Int>()
        await withTaskGroup { group in
            for _ in 0..<50 {
                group.addTask {
                    do {
                        try await breaker.run {
                            called.note(1)
                            while refused.values.count < 49 { await Task.yield() }
                        }
                    } catch {
                        refused.note(1)
                    }
                }
            }
        }
        #expect(called.values.count == 1)
        #expect(breaker.status.refused == 49)
        #expect(breaker.status.state == .closed)
    }

    @Test("from many tasks every call is counted once, and changes of state are told in order")
    func races() async {
        let breaker = CircuitBreaker(
            name: "race", policy: CircuitPolicy(failures: 3, within: .seconds(60), pause: .seconds(1)), time: time,
            observe: { [transitions] in transitions.note($0) })
        await withTaskGroup { group in
            for worker in 0..<8 {
                group.addTask {
                    for number in 0..<500 {
                        try? await breaker.run {
                            if number % 3 == worker % 3 { throw Oops() }
                        }
                        if number % 10 == 0 { time.advance(by: .milliseconds(250)) }
                    }
                }
            }
        }
        let status = breaker.status
        #expect(status.succeeded + status.failed + status.cancelled + status.refused == 8 * 500)
        #expect(status.opened == transitions.values.count { $0.to == .open })
        #expect(status.opened > 0)
        for (before, after) in zip(transitions.values, transitions.values.dropFirst()) {
            #expect(before.to == after.from)
        }
    }

    @MainActor
    @Test("the operation leaves the caller's actor")
    func isolation() async throws {
        let main = MainThread()
        let wasOnMain = try await breaker().run { main.isCurrent }
        #expect(!wasOnMain)
        MainActor.preconditionIsolated()
    }
}
