import MainspringCore
import MainspringJobs
import MainspringStore
import MainspringTesting
import Synchronization
import Testing

@Suite("Middleware", .timeLimit(.minutes(1)))
struct MiddlewareTests {
    private final class Journal: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        func write(_ line: String) { lines.withLock { $0.append(line) } }
    }

    private struct Noting: JobMiddleware {
        let name: String
        let journal: Journal

        func run(
            _ attempt: JobAttempt, next: @Sendable @concurrent (JobAttempt) async -> AttemptResult
        ) async -> AttemptResult {
            journal.write("\(name) before \(attempt.lease.attemptNumber)")
            let result = await next(attempt)
            journal.write("\(name) after \(result.outcome.name.rawValue)")
            return result
        }
    }

    /// Lets nothing through, or makes something else of what came.
    private struct Changing: JobMiddleware {
        let change: @Sendable (AttemptResult) -> AttemptResult
        var callsNext = true

        func run(
            _ attempt: JobAttempt, next: @Sendable @concurrent (JobAttempt) async -> AttemptResult
        ) async -> AttemptResult {
            change(callsNext ? await next(attempt) : AttemptResult(.interrupted))
        }
    }

    @Test("it runs around every attempt, outermost first, and sees what the executor saw")
    func order() async throws {
        let journal = Journal()
        let executor = ScriptedExecutor { attempt in
            journal.write("run")
            return attempt.lease.attemptNumber == 1 ? RunningTests.failure : .success(result: nil)
        }
        let middleware = ["outer", "inner"].map { Noting(name: $0, journal: journal) }
        try await TestNode(executor, TestNode.Settings(middleware: middleware)).running { node in
            let id = try await node.add()
            await node.settled(id)
            await node.time.timersPending(TestNode.idleTimers + 1)
            node.time.advance(by: .seconds(10))
            await node.settled(id, attempt: 2)
            #expect(
                journal.all == [
                    "outer before 1", "inner before 1", "run", "inner after failure", "outer after failure",
                    "outer before 2", "inner before 2", "run", "inner after success", "outer after success",
                ])
        }
    }

    @Test("what it makes of the result is the result")
    func changes() async throws {
        let changing = Changing(change: { _ in AttemptResult(.success(result: "\"changed\"")) })
        let executor = ScriptedExecutor { _ in RunningTests.failure }
        try await TestNode(executor, TestNode.Settings(middleware: [changing])).running { node in
            let id = try await node.add()
            await node.settled(id)
            #expect(try await node.job(id).result == "\"changed\"")
        }
    }

    @Test("one that does not go on keeps the executor from running")
    func refuses() async throws {
        let refusing = Changing(
            change: { _ in AttemptResult(.discarded(JobFailure(code: "forbidden", message: "not now"))) },
            callsNext: false)
        try await TestNode(ScriptedExecutor(), TestNode.Settings(middleware: [refusing])).running { node in
            let id = try await node.add()
            await node.settled(id)
            #expect(try await node.job(id).error?.code == "forbidden")
            #expect(node.executor.started.isEmpty)
        }
    }

    @Test("it sees a stopped attempt's own outcome, and the stop's is written")
    func stopped() async throws {
        let journal = Journal()
        let noting = Noting(name: "it", journal: journal)
        try await TestNode(.holding(), TestNode.Settings(middleware: [noting])).running { node in
            let id = try await node.add()
            await node.executor.started(1)
            _ = try await node.client.cancel(id)
            let settlement = await node.settled(id)
            #expect(journal.all.last == "it after failure")
            #expect(settlement?.attempt.outcome == .cancelled)
        }
    }
}
