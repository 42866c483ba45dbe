import MainspringCore
import MainspringTesting
import Testing

@testable import MainspringRuntime

@Suite("retry", .timeLimit(.minutes(1)))
struct RetryTests {
    let time = ManualTime()
    let notices = Tally<RetryNotice>()
    /// Without its jitter: 1 s, 2 s, 4 s.
    let policy = RetryPolicy(maxAttempts: 4, base: .seconds(1), cap: .seconds(60))

    struct Decision: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var max = 3
        var deadline: Duration?
        var isRetryable = true
        var elapsed: [Duration] = []
        let want: [RetryNotice.Next]
    }

    @Test(
        "what follows a failure",
        arguments: [
            Decision(
                testDescription: "waits, until the attempts are used up",
                want: [.wait(.seconds(1)), .wait(.seconds(2)), .attemptsUsedUp]),
            Decision(testDescription: "one attempt is no retry", max: 1, want: [.attemptsUsedUp]),
            Decision(testDescription: "there is always a first attempt", max: 0, want: [.attemptsUsedUp]),
            Decision(testDescription: "not every error is retried", isRetryable: false, want: [.notRetried]),
            Decision(
                testDescription: "an attempt may begin just before the deadline", deadline: .milliseconds(3001),
                elapsed: [.zero, .seconds(1)], want: [.wait(.seconds(1)), .wait(.seconds(2))]),
            Decision(
                testDescription: "none begins at the deadline", deadline: .seconds(3), elapsed: [.zero, .seconds(1)],
                want: [.wait(.seconds(1)), .deadline]),
            Decision(
                testDescription: "a long attempt uses up the time", deadline: .seconds(5), elapsed: [.seconds(9)],
                want: [.deadline]),
            Decision(
                testDescription: "a deadline that is over lets one attempt run", deadline: .zero, want: [.deadline]),
        ])
    func decisions(row: Decision) {
        var random = FullJitter()
        var machine = RetryMachine(
            policy: RetryPolicy(maxAttempts: row.max, base: .seconds(1), cap: .seconds(60)), deadline: row.deadline)
        for (index, want) in row.want.enumerated() {
            let elapsed = row.elapsed.indices.contains(index) ? row.elapsed[index] : .zero
            #expect(machine.failed(isRetryable: row.isRetryable, after: elapsed, using: &random) == want)
        }
        #expect(machine.attempts == row.want.count)
    }

    @Test("repeats until it succeeds, each time after its wait, and tells each failure")
    func succeeds() async throws {
        let started = Tally<Int>()
        let result = Task {
            try await retry(policy, time: time, random: FullJitter(), observe: { notices.note($0) }) { attempt in
                started.note(attempt)
                if attempt < 3 { throw Oops() }
                return "attempt \(attempt)"
            }
        }
        await time.timersPending()
        time.advance(by: .milliseconds(999))
        #expect(time.pendingTimers == 1)
        time.advance(by: .milliseconds(1))
        await time.timersPending()
        #expect(started.values == [1, 2])
        time.advance(by: .seconds(2))
        #expect(try await result.value == "attempt 3")
        #expect(notices.values.map(\.attempts) == [1, 2])
        #expect(notices.values.map(\.next) == [.wait(.seconds(1)), .wait(.seconds(2))])
        #expect(time.pendingTimers == 0)
    }

    @Test("the last error is thrown as it is, and why there is no more attempt is told")
    func usedUp() async {
        let result = Task {
            try await retry(
                RetryPolicy(maxAttempts: 2, base: .zero), time: time, observe: { notices.note($0) }
            ) { attempt in throw Numbered(attempt: attempt) }
        }
        await time.timersPending()
        time.advance(by: .zero)
        await #expect(throws: Numbered(attempt: 2)) { try await result.value }
        #expect(notices.values.last?.next == .attemptsUsedUp)
        #expect(notices.values.last?.attempts == 2)
    }

    @Test("an error that is not asked for is thrown at once")
    func otherErrors() async {
        await #expect(throws: Numbered(attempt: 1)) {
            // swift-format-ignore: OnlyOneTrailingClosureArgument
            try await retry(policy, time: time, when: { $0 is Oops }, observe: { notices.note($0) }) { attempt in
                throw Numbered(attempt: attempt)
            }
        }
        #expect(notices.values.map(\.next) == [.notRetried])
    }

    @Test("a cancellation is never retried, whatever `when` says")
    func cancellationError() async {
        await #expect(throws: CancellationError.self) {
            // swift-format-ignore: OnlyOneTrailingClosureArgument
            try await retry(policy, time: time, when: { _ in true }, observe: { notices.note($0) }) { _ in
                throw CancellationError()
            }
        }
        #expect(notices.values.map(\.attempts) == [1])
        #expect(time.pendingTimers == 0)
    }

    @Test("a task that is cancelled while it waits ends at once and leaves no timer")
    func cancelledWait() async {
        let attempts = Tally<Int>()
        let result = Task {
            try await retry(policy, time: time) { attempt in
                attempts.note(attempt)
                throw Oops()
            }
        }
        await time.timersPending()
        result.cancel()
        await #expect(throws: CancellationError.self) { try await result.value }
        #expect(attempts.values == [1])
        #expect(time.pendingTimers == 0)
    }

    @Test("the deadline ends the waits, measured from the call")
    func deadline() async {
        let result = Task {
            try await retry(
                policy, time: time, random: FullJitter(), deadline: .seconds(3), observe: { notices.note($0) }
            ) { attempt in throw Numbered(attempt: attempt) }
        }
        await time.timersPending()
        time.advance(by: .seconds(1))
        await #expect(throws: Numbered(attempt: 2)) { try await result.value }
        #expect(notices.values.map(\.next) == [.wait(.seconds(1)), .deadline])
        #expect(time.pendingTimers == 0)
    }

    @Test("a wrapped operation retries on each of its calls anew")
    func wrapper() async throws {
        let calls = Tally<Int>()
        let halve = retrying(RetryPolicy(maxAttempts: 2, base: .zero), time: time) { (number: Int) in
            calls.note(number)
            if number % 2 == 1 { throw Oops() }
            return number / 2
        }
        #expect(try await halve(8) == 4)
        for _ in 0..<2 {
            let odd = Task { try await halve(7) }
            await time.timersPending()
            time.advance(by: .zero)
            await #expect(throws: Oops.self) { try await odd.value }
        }
        #expect(calls.values == [8, 7, 7, 7, 7])
    }

    @MainActor
    @Test("the operation leaves the caller's actor")
    func isolation() async throws {
        let main = MainThread()
        let wasOnMain = try await retry(time: time) { _ in main.isCurrent }
        #expect(!wasOnMain)
        MainActor.preconditionIsolated()
    }
}

private struct Numbered: Error, Equatable {
    let attempt: Int
}
