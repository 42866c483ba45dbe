import MainspringCore
import MainspringJobs
import MainspringStore
import MainspringTesting
import Testing

@Suite("The newest job of a key", .timeLimit(.minutes(1)))
struct KeepLastTests {
    private static let schema = ArgumentSchema([
        "n": ArgumentRule(.integer), "key": ArgumentRule(.string, isOptional: true),
    ])

    private static func kinds(_ executor: ScriptedExecutor) -> [JobKind] {
        let newest = UniquePolicy(by: [], onConflict: .keepLast)
        return [
            JobKind(
                name: "newest", arguments: schema, retry: RetryPolicy(maxAttempts: 2, base: .seconds(10)),
                unique: newest, maxRescues: 0, executor: executor)
        ]
    }

    private static let unique = UniquePolicy(by: ["key"], onConflict: .keepLast)

    private static func request(_ n: Int64, _ unique: UniquePolicy = unique, at time: Timestamp? = nil) -> JobRequest {
        JobRequest(kind: "newest", arguments: ["n": .integer(n)], runAt: time, unique: unique)
    }

    /// A job that runs, and one that waits for its end.
    private func waiting(
        rule: UniquePolicy = unique, after delay: Duration? = nil,
        _ body: (_ node: TestNode, _ holder: JobID, _ follower: JobID) async throws -> Void
    ) async throws {
        let executor = ScriptedExecutor.holding()
        try await TestNode(executor, kinds: Self.kinds(executor)).running { node in
            let holder = try await node.add(Self.request(1, rule))
            await node.executor.started(1)
            let follower = try await node.add(Self.request(2, at: delay.map { node.time.now() + $0 }))
            #expect(try await node.job(follower).state == .pending)
            try await body(node, holder, follower)
        }
    }

    @Test("it runs when the one that ran has ended, and nothing has to be waited for", arguments: [true, false])
    func afterEnd(succeeds: Bool) async throws {
        try await waiting { node, holder, follower in
            let bad = JobOutcome.discarded(JobFailure(code: "exit_65", message: "bad"))
            node.executor.end(holder, succeeds ? .success(result: nil) : bad)
            await node.executor.started(2)
            #expect(node.executor.startedIDs == [holder, follower])
        }
    }

    @Test("it runs also when the rule of the one that ran was another")
    func afterOtherRule() async throws {
        try await waiting(rule: UniquePolicy(by: ["key"])) { node, holder, follower in
            node.executor.end(holder)
            await node.executor.started(2)
            #expect(node.executor.startedIDs == [holder, follower])
        }
    }

    @Test(
        "it runs when the one before it was cancelled, while it ran or while it waited for its retry",
        arguments: [true, false])
    func afterCancel(runs: Bool) async throws {
        try await waiting { node, holder, follower in
            if !runs {
                node.executor.end(holder, RunningTests.failure)
                await node.settled(holder)
            }
            _ = try await node.client.cancel(holder)
            await node.executor.started(2)
            #expect(node.executor.startedIDs == [holder, follower])
        }
    }

    @Test("one that was asked for later waits for its time after the end, and is not forgotten")
    func later() async throws {
        try await waiting(after: .seconds(15)) { node, holder, follower in
            node.executor.end(holder)
            await node.settled(holder)
            let waiting = try await node.job(follower)
            #expect(waiting.state == .scheduled)
            await node.pass(.seconds(15), timers: TestNode.idleTimers + 1)
            await node.executor.started(2)
        }
    }

    @Test("a third takes the place of the second, which never runs as it was")
    func third() async throws {
        try await waiting { node, holder, follower in
            guard case .replaced(let job)? = try await node.client.enqueue([Self.request(3)]).first else {
                Issue.record("not replaced")
                return
            }
            #expect(job.id == follower)
            node.executor.end(holder)
            await node.executor.started(2)
            #expect(node.executor.started.map(\.lease.job.arguments) == [#"{"n":1}"#, #"{"n":3}"#])
        }
    }

    @Test("it runs on another node when the owner of the one before it died too often")
    func afterRescue() async throws {
        try await Cluster.run { cluster in
            let (one, two) = (ScriptedExecutor.holding(), ScriptedExecutor.holding())
            let a = try await cluster.start("a", one) { $0.kinds = Self.kinds(one) }
            let holder = try await a.add(Self.request(1))
            await one.started(1)
            let b = try await cluster.start("b", two) { $0.kinds = Self.kinds(two) }
            let follower = try await b.add(Self.request(2))
            try await cluster.pass(.seconds(3))
            cluster.kill(a)
            try await cluster.wait(holder) { $0.state == .discarded }
            await two.started(1)
            #expect(two.startedIDs == [follower])
        }
    }
}
