import MainspringCore
import MainspringTesting
import Testing

@Suite("Settlement")
struct SettlementTests {
    static let failure = JobFailure(code: "exit_1", message: "the command ended with 1")
    static let now = Timestamp(microseconds: 1_000_000_000)
    static let availableSince = Timestamp(microseconds: 900_000_000)

    struct Case: Sendable, CustomTestStringConvertible {
        var outcome: JobOutcome
        var attempt = 0
        var maxAttempts = 3
        var snoozes = 0
        var isCancelRequested = false
        var deadline: Timestamp?
        var retryAfter: Duration?
        var policy = RetryPolicy(base: .seconds(10), cap: .seconds(1_000))
        var expected: (state: JobState, usesAttempt: Bool, recorded: JobOutcome.Name)
        var testDescription: String {
            "\(outcome.name), attempt \(attempt) of \(maxAttempts), \(snoozes) snoozes\(isCancelRequested ? ", cancel" : "")"
        }
    }

    static let cases: [Case] = [
        Case(outcome: .success(result: "1"), expected: (.completed, true, .success)),
        Case(outcome: .success(result: nil), attempt: 2, expected: (.completed, true, .success)),
        Case(outcome: .success(result: nil), isCancelRequested: true, expected: (.completed, true, .success)),
        Case(outcome: .failure(failure), expected: (.retryable, true, .failure)),
        Case(outcome: .failure(failure), attempt: 1, expected: (.retryable, true, .failure)),
        Case(outcome: .failure(failure), attempt: 2, expected: (.discarded, true, .failure)),
        Case(outcome: .failure(failure), attempt: 9, expected: (.discarded, true, .failure)),
        Case(outcome: .failure(failure), maxAttempts: 1, expected: (.discarded, true, .failure)),
        Case(outcome: .failure(failure), isCancelRequested: true, expected: (.cancelled, false, .cancelled)),
        Case(outcome: .timeout(failure), expected: (.retryable, true, .timeout)),
        Case(outcome: .timeout(failure), attempt: 2, expected: (.discarded, true, .timeout)),
        Case(outcome: .timeout(failure), isCancelRequested: true, expected: (.cancelled, false, .cancelled)),
        Case(outcome: .cancelled, expected: (.cancelled, false, .cancelled)),
        Case(outcome: .cancelled, attempt: 2, isCancelRequested: true, expected: (.cancelled, false, .cancelled)),
        Case(outcome: .snoozed(.seconds(5)), expected: (.scheduled, false, .snoozed)),
        Case(outcome: .snoozed(nil), attempt: 2, snoozes: 99, expected: (.scheduled, false, .snoozed)),
        Case(outcome: .snoozed(nil), snoozes: 100, expected: (.retryable, true, .failure)),
        Case(outcome: .snoozed(nil), attempt: 2, snoozes: 100, expected: (.discarded, true, .failure)),
        Case(outcome: .snoozed(nil), isCancelRequested: true, expected: (.cancelled, false, .cancelled)),
        Case(outcome: .interrupted, attempt: 2, expected: (.available, false, .interrupted)),
        Case(outcome: .interrupted, isCancelRequested: true, expected: (.cancelled, false, .cancelled)),
        Case(outcome: .discarded(failure), expected: (.discarded, true, .discarded)),
        Case(outcome: .discarded(failure), isCancelRequested: true, expected: (.cancelled, false, .cancelled)),
    ]

    private func settle(_ one: Case) -> Settlement {
        let job = JobRecord(
            id: JobID(rawValue: "job-1")!, kind: "scan", queue: "scans", state: .running, priority: .high,
            arguments: "{}",
            attempt: one.attempt, maxAttempts: one.maxAttempts, snoozes: one.snoozes, createdAt: Self.availableSince,
            scheduledAt: Self.availableSince, deadline: one.deadline)
        var random = SeededGenerator(seed: 3)
        return Settlement(
            lease: Lease(job: job, token: AttemptToken(rawValue: "t")), outcome: one.outcome, policy: one.policy,
            output: AttemptOutput(standardOutput: [1]), node: "n1", startedAt: Self.availableSince + .seconds(1),
            now: Self.now, cancelRequested: one.isCancelRequested, retryAfter: one.retryAfter, using: &random)
    }

    @Test("every outcome has one next state", arguments: cases)
    func next(_ one: Case) {
        let settlement = settle(one)
        #expect(settlement.nextState == one.expected.state)
        #expect(settlement.usesAttempt == one.expected.usesAttempt)
        #expect(settlement.attempt.outcome == one.expected.recorded)
        #expect(settlement.isSnooze == (one.expected.state == .scheduled))
        #expect(JobState.running.canBecome(settlement.nextState))
        #expect((settlement.attempt.error != nil) == [.failure, .timeout, .discarded].contains(one.expected.recorded))
        #expect(settlement.attempt.number == one.attempt + 1)
        #expect(settlement.attempt.finishedAt == Self.now)
        #expect(settlement.attempt.node == "n1")
        #expect(settlement.output.standardOutput == [1])
        #expect([settlement.kind, settlement.queue, settlement.id.rawValue] == ["scan", "scans", "job-1"])
    }

    @Test("only a success has a result")
    func result() {
        #expect(settle(Self.cases[0]).result == "1")
        #expect(Self.cases.dropFirst().allSatisfy { settle($0).result == nil })
    }

    @Test("a retry waits for its backoff, a snooze for the delay it asked for, and an interruption keeps its place")
    func times() {
        let retry = settle(Case(outcome: .failure(Self.failure), attempt: 1, expected: (.retryable, true, .failure)))
        #expect(Self.now + .seconds(10) <= retry.availableAt && retry.availableAt <= Self.now + .seconds(20))
        let snooze = settle(Case(outcome: .snoozed(.seconds(5)), expected: (.scheduled, false, .snoozed)))
        #expect(snooze.availableAt == Self.now + .seconds(5))
        let again = settle(Case(outcome: .snoozed(nil), snoozes: 2, expected: (.scheduled, false, .snoozed)))
        #expect(Self.now + .seconds(20) <= again.availableAt && again.availableAt <= Self.now + .seconds(40))
        let cut = settle(Case(outcome: .interrupted, expected: (.available, false, .interrupted)))
        #expect(cut.availableAt == Self.availableSince)
    }

    private func fail(
        _ policy: RetryPolicy = RetryPolicy(base: .seconds(10), cap: .seconds(1_000), jitter: .none),
        deadline: Timestamp? = nil, retryAfter: Duration? = nil, outcome: JobOutcome = .failure(failure)
    ) -> Settlement {
        settle(
            Case(
                outcome: outcome, deadline: deadline, retryAfter: retryAfter, policy: policy,
                expected: (.retryable, true, .failure)))
    }

    @Test("a delay that the failure itself asked for goes before the policy's, also beyond its cap")
    func retryAfter() {
        for delay in [Duration.zero, .seconds(3), .seconds(5_000)] {
            #expect(fail(retryAfter: delay).availableAt == Self.now + delay)
            #expect(fail(retryAfter: delay).nextState == .retryable)
        }
        #expect(fail().availableAt == Self.now + .seconds(10))
    }

    @Test("a retry that would start after the deadline is none: the job is discarded with its failure")
    func deadline() {
        let next = Self.now + .seconds(10)
        #expect(fail(deadline: next).nextState == .retryable, "at its very time")
        for outcome in [JobOutcome.failure(Self.failure), .timeout(Self.failure)] {
            let late = fail(deadline: next - .microseconds(1), outcome: outcome)
            #expect(late.nextState == .discarded)
            #expect(late.usesAttempt)
            #expect(late.attempt.error == Self.failure)
        }
        #expect(fail(deadline: next, retryAfter: .seconds(11)).nextState == .discarded)
        #expect(fail(deadline: Self.now, retryAfter: .zero).nextState == .retryable)
    }

    @Test("a deadline concerns no other end than a retry")
    func deadlineOfOthers() {
        let over = Self.availableSince
        for (outcome, state) in [
            (JobOutcome.success(result: nil), JobState.completed), (.interrupted, .available),
            (.snoozed(.seconds(5)), .scheduled), (.cancelled, .cancelled),
        ] {
            #expect(fail(deadline: over, outcome: outcome).nextState == state)
        }
    }

    @Test("a failure whose code the policy does not try again discards the job, attempts left or not")
    func codes() {
        let never = RetryPolicy(never: ["exit_1"])
        #expect(fail(never).nextState == .discarded)
        #expect(fail(never, retryAfter: .seconds(1)).nextState == .discarded, "whatever the failure asked for")
        #expect(fail(never, outcome: .timeout(Self.failure)).nextState == .discarded)
        #expect(fail(RetryPolicy(only: ["exit_1"])).nextState == .retryable)
        #expect(fail(RetryPolicy(only: ["exit_2"])).nextState == .discarded)
    }

    @Test("a failure's detail is its last 4 KiB, cut between characters")
    func detail() {
        let long = JobFailure(code: "c", message: "m", detail: String(repeating: "€", count: 5_000))
        #expect(long.detail == String(repeating: "€", count: 1_365))
        #expect(JobFailure(code: "c", message: "m", detail: "short").detail == "short")
    }
}
