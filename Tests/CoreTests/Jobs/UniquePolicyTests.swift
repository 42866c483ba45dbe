import MainspringCore
import Testing

@Suite("The unique key")
struct UniquePolicyTests {
    /// Never change these digests: a store holds keys of this form, and another form lets duplicates in across an upgrade.
    @Test("the form is frozen")
    func frozen() throws {
        let scan = UniquePolicy().key(kind: "scan", queue: "default", arguments: ["symbol": "AAPL", "limit": 10])
        #expect(scan == "3603378e4f31247d83d1a41fe79c4640e06b93195275af58f4ae2ff3b02e880f")
        let arguments = try #require(JSONParser.parse(#"{"b":{"y":"é\n","x":null},"a":[1.0,2.50,1e16]}"#).object)
        #expect(
            UniquePolicy().key(kind: "k", queue: "q", arguments: arguments)
                == "f0333da26885f37a3714e8220b6c5d5c954792a8c8e149ccf9a5b948f8fb3720")
    }

    private func key(_ arguments: String, by: [String] = []) throws -> String {
        let members = try #require(JSONParser.parse(arguments).object)
        return UniquePolicy(by: by).key(kind: "k", queue: "q", arguments: members)
    }

    @Test(
        "the same value in another spelling has the same key",
        arguments: [
            (#"{"a":1,"b":2}"#, #"{"b":2,"a":1}"#), (#"{"a":1}"#, #"{"a":1.0}"#), (#"{"a":1}"#, #"{"a":1e0}"#),
            (#"{"a":0}"#, #"{"a":-0}"#), (#"{"a":0}"#, #"{"a":-0.0}"#), (#"{"a":0.5}"#, #"{"a":5e-1}"#),
            (#"{"a":[{"x":10}]}"#, #"{"a":[{"x":1e1}]}"#), (#"{"a":"\u0041"}"#, #"{"a":"A"}"#),
            (#"{"a":1e16}"#, #"{"a":10000000000000000.0}"#),
        ])
    func same(left: String, right: String) throws {
        #expect(try key(left) == key(right))
    }

    @Test(
        "another value has another key",
        arguments: [
            (#"{"a":1}"#, #"{"a":2}"#), (#"{"a":1}"#, #"{"a":"1"}"#), (#"{"a":1}"#, #"{"b":1}"#),
            (#"{"a":null}"#, #"{}"#),
            (#"{"a":[1,2]}"#, #"{"a":[2,1]}"#), (#"{"a":9007199254740993}"#, #"{"a":9007199254740992}"#),
            (#"{"a":18446744073709551616}"#, #"{"a":18446744073709551617}"#), (#"{"a":1e400}"#, #"{"a":1e401}"#),
            ("{\"a\":\"\u{e9}\"}", "{\"a\":\"e\u{301}\"}"),
        ])
    func other(left: String, right: String) throws {
        #expect(try key(left) != key(right))
    }

    @Test("only the chosen arguments count")
    func chosen() throws {
        #expect(try key(#"{"a":1,"b":2}"#, by: ["a"]) == key(#"{"a":1,"b":3}"#, by: ["a"]))
        #expect(try key(#"{"a":1,"b":2}"#, by: ["a"]) != key(#"{"a":2,"b":2}"#, by: ["a"]))
        #expect(try key(#"{"b":2}"#, by: ["a"]) == key(#"{}"#, by: ["a"]))
    }

    @Test("kind and queue count, and nothing can pass from one into the other")
    func parts() {
        let policy = UniquePolicy()
        let keys = [("k", "q"), ("kq", ""), ("", "kq"), ("k\",\"queue\":\"q", "")].map {
            policy.key(kind: $0, queue: $1, arguments: [:])
        }
        #expect(Set(keys).count == keys.count)
    }

    @Test(
        "the ends of the number range have keys",
        arguments: ["-9223372036854775808.0", "-9.223372036854775808e18", "1e-400", "-1e308"])
    func extremes(number: String) throws {
        #expect(try key("{\"a\":\(number)}").count == 64)
    }

    // MARK: What a job holds

    private static let now = Timestamp(microseconds: 1_000_000)
    private static let unfinished: Set<JobState> = [.pending, .scheduled, .available, .running, .retryable]

    private func hold(_ policy: UniquePolicy) -> UniqueHold {
        policy.hold(kind: "k", queue: "q", arguments: ["a": 1], now: Self.now)
    }

    @Test("the key of a hold is that of the policy, whatever the rule", arguments: UniqueConflict.allCases)
    func heldKey(rule: UniqueConflict) {
        let policy = UniquePolicy(by: ["a"], period: .seconds(9), onConflict: rule)
        #expect(hold(policy).key == policy.key(kind: "k", queue: "q", arguments: ["a": 1, "b": 2]))
        #expect(hold(policy).onConflict == rule)
    }

    @Test(
        "without a period a key is held in the policy's states",
        arguments: [UniqueConflict.reject, .replace, .throttle])
    func states(rule: UniqueConflict) {
        #expect(hold(UniquePolicy(onConflict: rule)).states == Self.unfinished)
        let chosen = hold(UniquePolicy(states: [.running, .completed], onConflict: rule))
        #expect(chosen.states == [.running, .completed])
        #expect(chosen.until == nil)
    }

    @Test(
        "with a period a key is held in every state until that is over",
        arguments: [UniqueConflict.reject, .replace, .throttle])
    func period(rule: UniqueConflict) {
        let held = hold(UniquePolicy(states: [.running], period: .seconds(60), onConflict: rule))
        #expect(held.states == Set(JobState.allCases))
        #expect(held.until == Self.now + .seconds(60))
    }

    @Test("a debounced key is held while the job waits, and its period is no end of it")
    func debounce() {
        let held = hold(UniquePolicy(states: [.running], period: .seconds(60), onConflict: .debounce))
        #expect(held.states == [.scheduled, .available, .retryable])
        #expect(held.until == nil)
    }

    @Test("keep_last holds its key until the job has ended for good, whatever the policy's states and period")
    func keepLast() {
        let held = hold(UniquePolicy(states: [.running], period: .seconds(60), onConflict: .keepLast))
        #expect(held.states == Self.unfinished)
        #expect(held.until == nil)
    }

    @Test("a follower holds another key while it is pending, and the plain one once it is released")
    func following() {
        let held = hold(UniquePolicy(onConflict: .keepLast))
        let following = held.following
        #expect(following.key != held.key)
        #expect(following.states.contains(.pending))
        #expect(following.onConflict == .keepLast)
        #expect(following.released == held)
        #expect(held.released == held, "what follows nothing is as it was")
        let narrow = UniqueHold(key: "u", states: [.running], onConflict: .keepLast)
        #expect(narrow.following.states == [.running, .pending])
        #expect(narrow.following.released.key == "u")
    }
}
