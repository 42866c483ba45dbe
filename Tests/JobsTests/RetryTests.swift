import MainspringCore
import MainspringJobs
import MainspringStore
import MainspringTesting
import Synchronization
import Testing

@Suite("Retries, snoozes and chance", .timeLimit(.minutes(1)))
struct RetryTests {
    private struct Answering: JobExecutor {
        let answer: @Sendable (JobAttempt) -> AttemptResult
        func run(_ attempt: JobAttempt) async -> AttemptResult { answer(attempt) }
    }

    private func node(
        ids: any IDSource = RandomIDSource(), retry: RetryPolicy = RetryPolicy(maxAttempts: 3, base: .seconds(10)),
        _ answer: @escaping @Sendable (JobAttempt) -> AttemptResult
    ) -> TestNode {
        let kind = JobKind(name: "work", retry: retry, executor: Answering(answer: answer))
        return TestNode(ScriptedExecutor(), TestNode.Settings(kinds: [kind], ids: ids))
    }

    @Test("what an attempt says of when to come back goes before the policy, longer or shorter", arguments: [2, 400])
    func retryAfter(seconds: Int) async throws {
        try await node { _ in AttemptResult(RunningTests.failure, retryAfter: .seconds(seconds)) }.running { node in
            let id = try await node.add()
            let settlement = await node.settled(id)
            #expect(settlement?.availableAt == node.time.now() + .seconds(seconds))
            await node.pass(.seconds(seconds), timers: TestNode.idleTimers + 1)
            await node.settled(id, attempt: 2)
        }
    }

    @Test("it says nothing of an attempt that is not tried again, and nothing of a success")
    func retryAfterLast() async throws {
        try await node(retry: RetryPolicy(maxAttempts: 1)) { attempt in
            AttemptResult(RunningTests.failure, retryAfter: .seconds(2))
        }.running { node in
            let id = try await node.add()
            await node.settled(id)
            #expect(try await node.job(id).state == .discarded)
        }
    }

    @Test("a job that snoozes without end fails after a hundred times")
    func snoozeBound() async throws {
        try await node(retry: RetryPolicy(maxAttempts: 1)) { _ in AttemptResult(.snoozed(.zero)) }.running { node in
            let id = try await node.add()
            await node.events.first { event in
                if case .job(.settled(let settlement, _)) = event { settlement.nextState == .discarded } else { false }
            }
            let job = try await node.job(id)
            #expect(job.snoozes == Settlement.snoozeLimit)
            #expect(job.attempt == 1)
            #expect(job.error?.code == "snoozed_too_often")
        }
    }

    /// Foretells everything; each kind of number has its own row, as they are asked for in no order.
    private final class SeededIDs: IDSource {
        private let state: Mutex<(ids: SeededGenerator, nonces: SeededGenerator, words: SeededGenerator)>

        init(seed: UInt64) {
            state = Mutex(
                (SeededGenerator(seed: seed), SeededGenerator(seed: seed + 1), SeededGenerator(seed: seed + 2)))
        }

        func jobID(at time: Timestamp) -> JobID { state.withLock { .uuidV7(at: time, using: &$0.ids) } }
        func nonce() -> String { state.withLock { String($0.nonces.next(), radix: 16) } }
        func word() -> UInt64 { state.withLock { $0.words.next() } }
    }

    private func life(seed: UInt64) async throws -> [JobRecord] {
        var jobs: [JobRecord] = []
        try await node(ids: SeededIDs(seed: seed), retry: RetryPolicy(maxAttempts: 4, jitter: .full)) { _ in
            AttemptResult(RunningTests.failure)
        }.running { node in
            for _ in 0..<5 {
                let id = try await node.add()
                for attempt in 1...4 {
                    let settlement = try #require(await node.settled(id, attempt: attempt))
                    jobs.append(try await node.job(id))
                    guard settlement.nextState == .retryable else { break }
                    await node.time.timersPending(TestNode.idleTimers + 1)
                    node.time.advance(by: settlement.availableAt - node.time.now())
                }
            }
        }
        return jobs
    }

    @Test("two lives with the same chance are the same, to the microsecond; with another they are not")
    func sameChance() async throws {
        let first = try await life(seed: 1)
        #expect(first.count == 20)
        #expect(try await life(seed: 1) == first)
        #expect(try await life(seed: 2) != first)
    }
}
