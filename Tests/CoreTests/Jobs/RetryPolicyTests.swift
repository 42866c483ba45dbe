import MainspringCore
import MainspringTesting
import Testing

@Suite("The retry policy")
struct RetryPolicyTests {
    static let delays: [(RetryPolicy.Backoff, Int, Int64)] = [
        (.fixed, 1, 1), (.fixed, 50, 1), (.linear, 1, 1), (.linear, 7, 7), (.linear, 1_000, 60), (.exponential, 1, 1),
        (.exponential, 2, 2), (.exponential, 6, 32), (.exponential, 7, 60), (.exponential, 64, 60),
        (.exponential, .max, 60), (.linear, .max, 60), (.exponential, 0, 1), (.linear, -5, 1), (.fixed, .min, 1),
        (custom, 1, 5), (custom, 2, 30), (custom, 3, 60), (custom, 4, 2), (custom, 5, 2), (custom, .max, 2),
        (custom, 0, 5), (custom, .min, 5),
    ]
    /// The third is beyond the cap of 60 seconds.
    static let custom = RetryPolicy.Backoff.custom([.seconds(5), .seconds(30), .seconds(90), .seconds(2)])

    private func draw(_ policy: RetryPolicy, failures: Int, _ count: Int = 200) -> [Duration] {
        var random = SeededGenerator(seed: 7)
        return (0..<count).map { _ in policy.delay(afterFailures: failures, using: &random) }
    }

    @Test("half of the delay is certain and the other half chance, the cap included", arguments: delays)
    func half(backoff: RetryPolicy.Backoff, failures: Int, seconds: Int64) {
        let policy = RetryPolicy(backoff: backoff, base: .seconds(1), cap: .seconds(60))
        #expect(policy.jitter == .half, "which is the default")
        let full = Duration.seconds(seconds)
        let drawn = draw(policy, failures: failures)
        #expect(drawn.allSatisfy { full / 2 <= $0 && $0 <= full })
        #expect((drawn.max() ?? .zero) - (drawn.min() ?? .zero) > full / 4, "the jitter is not used")
    }

    @Test("without jitter the delay is exact", arguments: delays)
    func none(backoff: RetryPolicy.Backoff, failures: Int, seconds: Int64) {
        let policy = RetryPolicy(backoff: backoff, base: .seconds(1), cap: .seconds(60), jitter: .none)
        #expect(draw(policy, failures: failures, 3) == Array(repeating: .seconds(seconds), count: 3))
    }

    @Test("with full jitter all of the delay is chance", arguments: delays)
    func full(backoff: RetryPolicy.Backoff, failures: Int, seconds: Int64) {
        let policy = RetryPolicy(backoff: backoff, base: .seconds(1), cap: .seconds(60), jitter: .full)
        let full = Duration.seconds(seconds)
        let drawn = draw(policy, failures: failures)
        #expect(drawn.allSatisfy { .zero <= $0 && $0 <= full })
        #expect(drawn.contains { $0 < full / 4 } && drawn.contains { $0 > full * 3 / 4 })
    }

    @Test("the longest base and cap do not trap", arguments: RetryPolicy.Backoff.Name.allCases)
    func longest(name: RetryPolicy.Backoff.Name) {
        for (base, cap) in [
            (Duration.seconds(1), Duration.microseconds(Int64.max)), (.seconds(Int64.max), .seconds(Int64.max)),
            (.seconds(Int64.max), .seconds(1)),
        ] {
            for backoff in [RetryPolicy.Backoff(name), .custom([base])] {
                let policy = RetryPolicy(backoff: backoff, base: base, cap: cap)
                #expect(draw(policy, failures: .max, 5).allSatisfy { $0 > .zero && $0 <= cap })
            }
        }
    }

    @Test("no base, no delay; a negative one is none", arguments: [Duration.zero, .seconds(-1)])
    func zero(base: Duration) {
        #expect(draw(RetryPolicy(base: base), failures: 3, 1) == [.zero])
        #expect(draw(RetryPolicy(cap: base), failures: 3, 1) == [.zero])
        #expect(draw(RetryPolicy(backoff: .custom([base])), failures: 1, 1) == [.zero])
        #expect(draw(RetryPolicy(backoff: .custom([])), failures: 1, 1) == [.zero])
        #expect(draw(RetryPolicy(base: .microseconds(1)), failures: 1, 1) == [.microseconds(1)])
    }

    @Test(
        "a failure is tried again unless its code says never, or is not among the only ones",
        arguments: [
            (nil, [], true), (nil, ["exit_2"], true), (nil, ["exit_1"], false), (["exit_1"], [], true),
            (["exit_2"], [], false), ([], [], false), (["exit_1"], ["exit_1"], false),
        ] as [(Set<String>?, Set<String>, Bool)])
    func codes(only: Set<String>?, never: Set<String>, isRetried: Bool) {
        let failure = JobFailure(code: "exit_1", message: "it broke")
        #expect(RetryPolicy(only: only, never: never).retries(failure) == isRetried)
    }
}
