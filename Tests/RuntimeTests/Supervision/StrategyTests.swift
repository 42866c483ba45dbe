import MainspringCore
import Testing

@testable import MainspringRuntime

/// a, b and c in start order; under rest-for-one each waits for the one before it.
@Suite("What is restarted when a child ends")
struct StrategyTests {
    typealias Kind = ChildSpec.Restart

    struct Case: Sendable, CustomTestStringConvertible {
        var strategy: SupervisionPolicy.Strategy
        var kinds: [Kind] = [.always, .always, .always]
        var ends: String
        var success = false
        var story: [String]
        var states: [String]

        var testDescription: String {
            "\(strategy.rawValue), \(kinds.map(\.rawValue)), \(ends) \(success ? "returns" : "fails")"
        }
    }

    private static let run = ["a running", "b running", "c running"]

    @Test(
        "by strategy, by who ends and how, and by the restart policies of all",
        arguments: [
            // One for one: nobody else is touched.
            Case(strategy: .oneForOne, ends: "b", story: ["begin b"], states: run),
            Case(strategy: .oneForOne, ends: "b", success: true, story: ["begin b"], states: run),
            Case(
                strategy: .oneForOne, kinds: [.always, .onFailure, .always], ends: "b", story: ["begin b"], states: run),
            Case(
                strategy: .oneForOne, kinds: [.always, .onFailure, .always], ends: "b", success: true, story: [],
                states: ["a running", "b stopped", "c running"]),
            Case(
                strategy: .oneForOne, kinds: [.always, .never, .always], ends: "b", story: [],
                states: ["a running", "b failed", "c running"]),
            Case(
                strategy: .oneForOne, kinds: [.always, .never, .always], ends: "b", success: true, story: [],
                states: ["a running", "b stopped", "c running"]),
            // One for all: stopped in reverse order, begun in order.
            Case(
                strategy: .oneForAll, ends: "a", story: ["stop c", "stop b", "begin a", "begin b", "begin c"],
                states: run),
            Case(
                strategy: .oneForAll, ends: "b", story: ["stop c", "stop a", "begin a", "begin b", "begin c"],
                states: run),
            Case(
                strategy: .oneForAll, ends: "c", success: true,
                story: ["stop b", "stop a", "begin a", "begin b", "begin c"], states: run),
            Case(
                strategy: .oneForAll, kinds: [.onFailure, .always, .onFailure], ends: "b",
                story: ["stop c", "stop a", "begin a", "begin b", "begin c"], states: run),
            Case(
                strategy: .oneForAll, kinds: [.always, .onFailure, .always], ends: "b", success: true, story: [],
                states: ["a running", "b stopped", "c running"]),
            Case(
                strategy: .oneForAll, kinds: [.always, .never, .always], ends: "b", story: [],
                states: ["a running", "b failed", "c running"]),
            Case(
                strategy: .oneForAll, kinds: [.always, .always, .never], ends: "b",
                story: ["stop c", "stop a", "begin a", "begin b"], states: ["a running", "b running", "c stopped"]),
            // Rest for one: those after it.
            Case(
                strategy: .restForOne, ends: "a", story: ["stop c", "stop b", "begin a", "begin b", "begin c"],
                states: run),
            Case(strategy: .restForOne, ends: "b", story: ["stop c", "begin b", "begin c"], states: run),
            Case(strategy: .restForOne, ends: "c", story: ["begin c"], states: run),
            Case(
                strategy: .restForOne, kinds: [.always, .onFailure, .always], ends: "b", success: true, story: [],
                states: ["a running", "b stopped", "c running"]),
            Case(
                strategy: .restForOne, kinds: [.always, .never, .always], ends: "b", story: [],
                states: ["a running", "b failed", "c running"]),
            Case(
                strategy: .restForOne, kinds: [.always, .always, .never], ends: "b", story: ["stop c", "begin b"],
                states: ["a running", "b running", "c stopped"]),
            // One that is not begun again is not waited for.
            Case(
                strategy: .restForOne, kinds: [.always, .never, .always], ends: "a",
                story: ["stop c", "stop b", "begin a", "begin c"], states: ["a running", "b stopped", "c running"]),
        ])
    func table(row: Case) throws {
        var shell = try MachineShell(
            zip(["a", "b", "c"], row.kinds).map { child($0, restart: $1) },
            policy: SupervisionPolicy(strategy: row.strategy, maxRestarts: 100))
        shell.end(row.ends, success: row.success)
        let atOnce = shell.told()
        #expect(!atOnce.contains { $0.hasPrefix("begin") }, "begun before the backoff")
        shell.advance(.milliseconds(499))
        #expect(shell.told().isEmpty)
        shell.advance(.milliseconds(1))
        #expect(atOnce + shell.told() == row.story)
        #expect(shell.states == row.states)
        #expect(shell.machine.round == nil)
    }

    @Test("what goes with a failure says so")
    func reasons() throws {
        var shell = try MachineShell(
            [child("a"), child("b")], policy: SupervisionPolicy(strategy: .oneForAll, maxRestarts: 9))
        shell.end("b")
        #expect(shell.status("a")?.detail == "restarts together with b")
        shell.advance(.seconds(1))
        #expect(shell.events.contains(.restarting(service: "a", reason: .sibling)))
        #expect(shell.events.contains(.restarting(service: "b", reason: .crash)))
        #expect(shell.status("a")?.restarts == 1)
    }

    @Test("a completed on-failure child runs again with its siblings, a completed `never` stays complete")
    func completedMembers() throws {
        var shell = try MachineShell(
            [
                child("once", restart: .never), child("batch", restart: .onFailure),
                child("app", dependsOn: ["once", "batch"]),
            ], policy: SupervisionPolicy(strategy: .oneForAll, maxRestarts: 9))
        shell.end("once", success: true)
        shell.end("batch", success: true)
        _ = shell.told()
        shell.end("app")
        shell.advance(.seconds(1))
        #expect(shell.told() == ["begin batch", "begin app"])
        #expect(shell.states == ["once stopped", "batch running", "app running"])
        #expect(shell.status("once")?.isReady == true)
    }

    @Test("a child that was stopped by a command is not started behind anybody's back")
    func stoppedStaysStopped() throws {
        var shell = try MachineShell(
            [child("a"), child("b"), child("c")], policy: SupervisionPolicy(strategy: .oneForAll, maxRestarts: 9))
        shell.feed(.command(.stop, "a"))
        _ = shell.told()
        shell.end("b")
        shell.advance(.seconds(1))
        #expect(shell.told() == ["stop c", "begin b", "begin c"])
        shell.feed(.command(.start, "a"))
        #expect(shell.told() == ["begin a"])
    }

    @Test("rest-for-one starts one after another, each when the one before it is ready, and stops in reverse")
    func chain() throws {
        let reported = Readiness(check: .reported)
        var shell = try MachineShell(
            ["a", "b", "c"].map { child($0, ready: reported) }, policy: SupervisionPolicy(strategy: .restForOne),
            isStarted: false)
        shell.feed(.start)
        #expect(shell.told() == ["begin a"])
        shell.report("a", .ready)
        #expect(shell.told() == ["begin b"])
        shell.report("b", .ready)
        shell.report("c", .ready)
        #expect(shell.told() == ["begin c", "all ready"])
        shell.feed(.stop(budget: .seconds(9)))
        #expect(shell.told() == ["stop c", "stop b", "stop a", "ended", "gone"])
    }
}
