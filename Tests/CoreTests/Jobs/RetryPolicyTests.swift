import MainspringCore
import MainspringTesting
import Testing

@Suite("The retry policy")
struct RetryPolicyTests {
    static let delays: [(RetryPolicy.Backoff, Int, Int64)] = [
        (.fixed, 1, 1), (.fixed, 50, 1), (.linear, 1, 1), (.linear, 7, 7), (.linear, 1_000, 60), (.exponential, 1, 1),
        (.exponential, 2, 2), (.exponential, 6, 32), (.exponential, 7, 60), (.exponential, 64, 60),
        (.exponential, .max, 60),
        (.linear, .max, 60), (.exponential, 0, 1), (.linear, -5, 1), (.fixed, .min, 1),
    ]

    @Test("half of the backoff is certain, the other half random, the cap included", arguments: delays)
    func bounds(backoff: RetryPolicy.Backoff, failures: Int, seconds: Int64) {
        var random = SeededGenerator(seed: 7)
        let policy = RetryPolicy(backoff: backoff, base: .seconds(1), cap: .seconds(60))
        let full = Duration.seconds(seconds)
        let drawn = (0..<200).map { _ in policy.delay(afterFailures: failures, using: &random) }
        #expect(drawn.allSatisfy { full / 2 <= $0 && $0 <= full })
        #expect((drawn.max() ?? .zero) - (drawn.min() ?? .zero) > full / 4, "the jitter is not used")
    }

    @Test(
        "the longest base and cap do not trap",
        arguments: RetryPolicy.Backoff.Name.allCases.map(RetryPolicy.Backoff.init) + [.custom([.seconds(Int64.max)])])
    func longest(backoff: RetryPolicy.Backoff) {
        var random = SeededGenerator(seed: 8)
        for (base, cap) in [
            (Duration.seconds(1), Duration.microseconds(Int64.max)), (.seconds(Int64.max), .seconds(Int64.max)),
            (.seconds(Int64.max), .seconds(1)),
        ] {
            let policy = RetryPolicy(backoff: backoff, base: base, cap: cap)
            let delay = policy.delay(afterFailures: .max, using: &random)
            #expect(delay > .zero && delay <= cap)
        }
    }

    @Test("no base, no delay; a negative one is none", arguments: [Duration.zero, .seconds(-1)])
    func zero(base: Duration) {
        var random = SeededGenerator(seed: 9)
        #expect(RetryPolicy(base: base).delay(afterFailures: 3, using: &random) == .zero)
        #expect(RetryPolicy(cap: base).delay(afterFailures: 3, using: &random) == .zero)
        #expect(RetryPolicy(base: .microseconds(1)).delay(afterFailures: 1, using: &random) == .microseconds(1))
    }
}
