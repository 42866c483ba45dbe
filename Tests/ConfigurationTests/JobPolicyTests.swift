import Mainspring
import MainspringCore
import Testing

@Suite("When a job runs again, and when it is the same as another")
struct JobPolicyTests {
    private func job(_ keys: String) throws -> JobConfiguration {
        try #require(
            try configuration("jobs: { a: { exec: [./a], args: { s: string, t: string }, \(keys) } }").jobs["a"])
    }

    private func problems(of keys: String) -> [String] {
        ConfigurationTests.problems("jobs: { a: { exec: [./a], args: { s: string }, \(keys) } }").map {
            $0.replacing("mainspring.yaml:1: jobs.a.", with: "")
        }
    }

    @Test("a unique job is so while it is unfinished, and rejects, unless it says otherwise")
    func uniqueDefaults() throws {
        #expect(try job("queue: default").unique == nil)
        #expect(try job("unique: {}").unique == UniquePolicy())
        #expect(
            try job("unique: { by: [t], while: [running, completed] }").unique
                == UniquePolicy(by: ["t"], states: [.running, .completed]))
    }

    @Test("each rule for conflicts is taken with what it needs", arguments: UniqueConflict.allCases)
    func conflicts(conflict: UniqueConflict) throws {
        let needsPeriod = conflict == .debounce || conflict == .throttle
        let policy = try job(
            "unique: { on_conflict: \(conflict.rawValue)\(needsPeriod ? ", for: 10m" : "") }"
        ).unique
        #expect(policy?.onConflict == conflict)
        #expect(policy?.period == (needsPeriod ? .seconds(600) : nil))
    }

    @Test("a retry has a form of growing, or its own delays")
    func retry() throws {
        let grown = try job("retry: { backoff: linear, base: 2s, cap: 1m, jitter: full, never: [exit_2, timeout] }")
        #expect(
            grown.retry
                == RetryPolicy(
                    backoff: .linear, base: .seconds(2), cap: .seconds(60), jitter: .full, never: ["exit_2", "timeout"])
        )
        let listed = try job("retry: { max: 9, delays: [1s, 5s, 20m], jitter: none, only: [exit_75] }").retry
        #expect(listed.backoff == .custom([.seconds(1), .seconds(5), .seconds(1200)]))
        #expect(listed.only == ["exit_75"])
        var random = SystemRandomNumberGenerator()
        // The default cap of five minutes does not cut what is listed.
        #expect(
            [1, 2, 3, 8].map { listed.delay(afterFailures: $0, using: &random) }
                == [1, 5, 1200, 1200].map(Duration.seconds))
    }

    @Test("silence, deadline and rescues have no limit of their own but for three rescues")
    func limits() throws {
        let plain = try job("queue: default")
        #expect(plain.silence == nil && plain.deadline == nil && plain.maxRescues == 3)
        let limited = try job("timeout: 1m, silence: 30s, deadline: 1h, max_rescues: 0")
        #expect(limited.silence == .seconds(30))
        #expect(limited.deadline == .seconds(3600))
        #expect(limited.maxRescues == 0)
    }

    @Test(
        "what excludes itself, or would be ignored, is refused with its key and a way out",
        arguments: [
            ("unique: { while: [running], for: 10m }", "unique.while: means nothing beside 'for'; keep one of them"),
            (
                "unique: { on_conflict: throttle }",
                "unique.on_conflict: 'throttle' needs a period; give it one beside it: 'for: 10m'"
            ),
            (
                "unique: { on_conflict: debounce }",
                "unique.on_conflict: 'debounce' needs a period; give it one beside it: 'for: 10m'"
            ),
            (
                "unique: { on_conflict: keep_last, while: [running] }",
                "unique.while: means nothing with 'keep_last', which waits until the first job has ended for good; leave it out"
            ),
            (
                "unique: { on_conflict: keep_last, for: 1m }",
                "unique.for: means nothing with 'keep_last', which waits until the first job has ended for good; leave it out"
            ),
            (
                "unique: { on_conflict: relpace }",
                "unique.on_conflict: must be one of reject, replace, debounce, throttle, keep_last; did you mean 'replace'?"
            ),
            ("retry: { delays: [1s], base: 1s }", "retry.base: means nothing beside 'delays'; keep one of them"),
            ("retry: { delays: [] }", "retry.delays: must not be empty"),
            (
                "retry: { only: [exit_1], never: [timeout, exit_1] }",
                "retry.never[1]: 'exit_1' is in 'only' too; keep it in one of them"
            ),
            ("retry: { jitter: some }", "retry.jitter: must be one of none, half, full; did you mean 'none'?"),
            (
                "silence: 5m",
                "silence: must be shorter than 'timeout' (5m), which ends the attempt first; shorten it, or raise 'timeout'"
            ),
            ("max_rescues: -1", "max_rescues: must be from 0 to 1000"),
        ])
    func refused(keys: String, says: String) {
        #expect(problems(of: keys) == [says])
    }

    @Test("an HTTP call can give no sign of life, so it has no silence")
    func silentCall() {
        #expect(
            ConfigurationTests.problems("jobs: { a: { http: { url: 'http://h/' }, silence: 1s } }")
                == ["mainspring.yaml:1: jobs.a.silence: only means something beside 'exec'"])
    }

    @Test("what is shown is what holds: no backoff beside delays, no states beside a period")
    func shown() throws {
        let text = try configuration(
            "jobs: { a: { exec: [./a], retry: { delays: [1s] }, unique: { for: 1m }, silence: 1s, deadline: 1h } }"
        ).text()
        for line in ["delays: [1s]", "jitter: half", "for: 1m", "silence: 1s", "deadline: 1h", "max_rescues: 3"] {
            #expect(text.contains(line), "\(line) in \(text)")
        }
        #expect(!text.contains("backoff: exponential") && !text.contains("while:"))
    }
}
