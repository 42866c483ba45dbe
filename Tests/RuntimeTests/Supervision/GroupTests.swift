import MainspringCore
import MainspringTesting
import Synchronization
import Testing

@testable import MainspringRuntime

/// The root has `store` and the group `workers` (one-for-all: `feed`, then `bot` which depends on it).
@Suite("Supervisors under supervisors")
struct GroupTests {
    private static let quick = RestartBackoff(base: .milliseconds(1), cap: .milliseconds(1))

    private let exhaustions = Exhaustions()

    private func rig(
        _ policy: SupervisionPolicy = SupervisionPolicy(maxRestarts: 1),
        group: SupervisionPolicy = SupervisionPolicy(strategy: .oneForAll, maxRestarts: 1, onExhausted: .escalate),
        stop: StopPolicy = StopPolicy(timeout: .seconds(20)), feed: Readiness = Readiness()
    ) throws -> SupervisorRig {
        // swift-format-ignore: OnlyOneTrailingClosureArgument
        try SupervisorRig(policy: policy, onExhausted: { [exhaustions] in exhaustions.add($0, $1) }) {
            context, spawner in
            func command(_ name: String, ready: Readiness = Readiness(), dependsOn: [String] = []) -> Supervisor.Child {
                var spec = service(name, ready: ready, dependsOn: dependsOn)
                spec.backoff = Self.quick
                return context.child(spec, spawner: spawner)
            }
            return [
                command("store"),
                context.child(
                    child("workers", backoff: Self.quick, stop: stop), policy: group,
                    children: [command("feed", ready: feed), command("bot", dependsOn: ["feed"])]),
                command("web", dependsOn: ["workers"]),
            ]
        }
    }

    @Test("a group is ready once all of its children have been, and what depends on it waits for that")
    func readiness() throws {
        let rig = try rig(feed: tcp(1, within: .seconds(600)))
        rig.supervisor.start()
        rig.time.advance(by: .seconds(120))
        #expect(rig.spawner.started == ["store", "feed"])
        #expect(rig.supervisor.tree().map(\.state) == [.running, .starting, .waiting])
        rig.answering.open(1)
        rig.time.advance(by: .seconds(1))
        #expect(rig.spawner.started == ["store", "feed", "bot", "web"])
        #expect(rig.supervisor.readinessChecks().isEmpty)
    }

    @Test("the tree shows every level, and a group is degraded while one of its children is not ready")
    func tree() throws {
        let rig = try rig(group: SupervisionPolicy(maxRestarts: 9))
        rig.supervisor.start()
        var tree = rig.supervisor.tree()
        #expect(tree.map(\.name) == ["store", "workers", "web"])
        #expect(tree.map(\.kind) == [.command, .group, .command])
        #expect(tree[1].children.map(\.name) == ["feed", "bot"])
        #expect(tree[1].state == .running && tree[1].isReady)
        #expect(rig.supervisor.services().map(\.name) == ["store", "feed", "bot", "web"])
        rig.spawner.last("feed")?.exit(.code(1))
        tree = rig.supervisor.tree()
        #expect(tree[1].state == .degraded && !tree[1].isReady && tree[1].detail == "not ready: feed")
        #expect(rig.supervisor.readinessChecks().map(\.name) == ["service:feed"])
        #expect(rig.states[0] == "store running ready" && rig.states[3] == "web running ready")
    }

    @Test("children are found by plain name and by path, at any depth", arguments: ["feed", "workers/feed"])
    func names(name: String) throws {
        let rig = try rig()
        rig.supervisor.start()
        try rig.supervisor.perform(.restart, on: name)
        #expect(rig.asked["feed"] == ["TERM 5s"])
        rig.spawner.last("feed")?.write("hello\n")
        #expect(try rig.supervisor.logTail(of: name, lines: 1) == ["hello"])
    }

    @Test(
        "a name that nothing has is refused with the nearest",
        arguments: ["fed", "workers/fee", "other/feed", "workers/"])
    func unknown(name: String) throws {
        let rig = try rig()
        rig.supervisor.start()
        let error = #expect(throws: MainspringError.self) { try rig.supervisor.perform(.stop, on: name) }
        #expect(error?.code == .notFound)
        #expect(rig.spawner.children.allSatisfy { $0.asked.isEmpty })
    }

    @Test("of two children with the same name the first in start order is meant, and a path tells them apart")
    func sameNames() throws {
        let rig = try SupervisorRig { context, spawner in
            ["one", "two"].map { group in
                context.child(
                    child(group), policy: SupervisionPolicy(),
                    children: [context.child(service("feed"), spawner: spawner)])
            }
        }
        rig.supervisor.start()
        for _ in 0..<5 { try rig.supervisor.perform(.stop, on: "feed") }
        #expect(rig.spawner.children.map(\.asked) == [["TERM 5s"], []])
        try rig.supervisor.perform(.stop, on: "two/feed")
        #expect(rig.spawner.children.map(\.asked) == [["TERM 5s"], ["TERM 5s"]])
    }

    @Test("a group's strategy is its own")
    func ownStrategy() throws {
        let rig = try rig()
        rig.supervisor.start()
        rig.spawner.last("feed")?.exit(.code(1))
        #expect(rig.asked == ["store": [], "web": [], "feed": [], "bot": ["TERM 5s"]])
        rig.spawner.last("bot")?.exit(.code(0))
        rig.time.advance(by: .milliseconds(1))
        #expect(rig.spawner.started == ["store", "feed", "bot", "web", "feed", "bot"])
    }

    /// Ends `feed`, and the others of its group as they are asked.
    private func failFeed(_ rig: SupervisorRig) {
        rig.spawner.last("feed")?.exit(.code(1))
        if rig.asked["bot"]?.isEmpty == false { rig.spawner.last("bot")?.exit(.code(0)) }
        rig.time.advance(by: .milliseconds(1))
    }

    @Test("escalate: the parent restarts the whole group, by its own strategy and intensity; the root ends after all")
    func escalate() throws {
        let rig = try rig(SupervisionPolicy(maxRestarts: 1, onExhausted: .escalate))
        rig.supervisor.start()
        failFeed(rig)
        failFeed(rig)
        #expect(rig.spawner.started == ["store", "feed", "bot", "web", "feed", "bot", "feed", "bot"])
        #expect(rig.supervisor.tree()[1].restarts == 1)
        #expect(rig.supervisor.tree()[1].lastExit == "2 restarts within 5s, the last of feed after exit 1")
        #expect(rig.states.allSatisfy { $0.hasSuffix("running ready") })
        #expect(exhaustions.all.isEmpty)
        // Its intensity begins anew with it; the second time is one too many for the root.
        failFeed(rig)
        failFeed(rig)
        #expect(exhaustions.all.isEmpty, "its other children still run")
        #expect(rig.asked["web"] == ["TERM 5s"] && rig.asked["store"] == ["TERM 5s"])
        rig.spawner.last("web")?.exit(.code(0))
        rig.spawner.last("store")?.exit(.code(0))
        #expect(exhaustions.all.count == 1)
        #expect(
            exhaustions.all.first?.hasPrefix("escalate: 2 restarts within 5s, the last of workers after 2 restarts")
                == true)
        let late = Box<[Laggard]>()
        rig.supervisor.stop(budget: .seconds(1)) { late.set($0) }
        #expect(late.value == [] && exhaustions.all.count == 1)
        #expect(rig.time.pendingTimers == 0)
    }

    @Test("fail: the group stays failed, is not restarted, and the rest goes on, not ready")
    func fail() throws {
        let rig = try rig(group: SupervisionPolicy(maxRestarts: 1, onExhausted: .fail))
        rig.supervisor.start()
        failFeed(rig)
        failFeed(rig)
        rig.spawner.last("bot")?.exit(.code(0))
        rig.time.advance(by: .seconds(600))
        #expect(rig.spawner.started == ["store", "feed", "bot", "web", "feed"])
        #expect(rig.states == ["store running ready", "workers failed", "web running ready"])
        #expect(rig.supervisor.readinessChecks().map(\.name) == ["service:workers"])
        #expect(exhaustions.all.isEmpty)
        try rig.supervisor.perform(.start, on: "workers")
        #expect(rig.states.allSatisfy { $0.hasSuffix("running ready") })
    }

    @Test("each level gives what is left of its time to the one below")
    func budgets() throws {
        let rig = try rig(stop: StopPolicy(timeout: .seconds(4)))
        rig.supervisor.start()
        rig.supervisor.stop(budget: .seconds(30)) { _ in }
        #expect(rig.asked["web"] == ["TERM 5s"] && rig.asked["bot"] == [])
        rig.time.advance(by: .seconds(1))
        rig.spawner.last("web")?.exit(.code(0))
        #expect(rig.asked["bot"] == ["TERM 4s"], "the group's own time")
        rig.time.advance(by: .seconds(3))
        rig.spawner.last("bot")?.exit(.code(0))
        #expect(rig.asked["feed"] == ["TERM 1s"])
        rig.spawner.last("feed")?.exit(.code(0))
        #expect(rig.asked["store"] == ["TERM 5s"])
    }

    @Test("who was late is named with its path, killed or still running, and a group is no laggard for it")
    func laggards() throws {
        let rig = try rig()
        rig.supervisor.start()
        let late = Box<[Laggard]>()
        rig.supervisor.stop(budget: .seconds(9)) { late.set($0) }
        rig.spawner.last("store")?.exit(.code(0))
        rig.spawner.last("web")?.exit(.code(0))
        rig.time.advance(by: .seconds(5))
        rig.spawner.last("bot")?.exit(.signal(9), killed: true)
        // A command is given up on a second after its KILL.
        rig.time.advance(by: .milliseconds(4999))
        #expect(late.value == nil)
        rig.time.advance(by: .milliseconds(1))
        #expect(
            late.value?.map { [$0.path, $0.after.text, "\($0.wasKilled)"] } == [
                ["workers/bot", "5s", "true"], ["workers/feed", "5s", "false"],
            ])
        rig.spawner.last("feed")?.exit(.signal(9), killed: true)
        #expect(rig.time.pendingTimers == 0)
    }

    @Test("a child that does not end escalates, and no level begins a second copy of it before it has ended")
    func lost() throws {
        let rig = try rig()
        rig.supervisor.start()
        try rig.supervisor.perform(.restart, on: "feed")
        rig.time.advance(by: .seconds(6))
        #expect(rig.asked["bot"] == ["TERM 5s"])
        rig.spawner.last("bot")?.exit(.code(0))
        rig.time.advance(by: .seconds(600))
        #expect(rig.spawner.started == ["store", "feed", "bot", "web"])
        #expect(rig.supervisor.tree()[1].state == .failed)
        rig.spawner.last("feed")?.exit(.signal(9), killed: true)
        rig.time.advance(by: .seconds(1))
        #expect(rig.spawner.started == ["store", "feed", "bot", "web", "feed", "bot"])
        #expect(rig.states.allSatisfy { $0.hasSuffix("running ready") })
    }

    @Test("children are added to and removed from a group while it runs")
    func changes() throws {
        let rig = try rig()
        rig.supervisor.start()
        let group = try rig.supervisor.group("workers")
        try group.add(rig.context.child(service("more", dependsOn: ["bot"]), spawner: rig.spawner))
        #expect(rig.supervisor.services().map(\.name) == ["store", "feed", "bot", "more", "web"])
        let taken = #expect(throws: MainspringError.self) {
            try group.add(rig.context.child(service("more"), spawner: rig.spawner))
        }
        #expect(taken?.message == "workers has a child named more already")
        let missing = #expect(throws: MainspringError.self) {
            try group.add(rig.context.child(service("less", dependsOn: ["store"]), spawner: rig.spawner))
        }
        #expect(missing?.message == "less depends on store, which workers does not have")
        let removed = Box<Bool>()
        try rig.supervisor.remove("workers/more") { removed.set($0) }
        #expect(removed.value == nil)
        rig.spawner.last("more")?.exit(.code(0))
        #expect(removed.value == true)
        #expect(rig.supervisor.services().map(\.name) == ["store", "feed", "bot", "web"])
        #expect(throws: MainspringError.self) { try rig.supervisor.remove("more") }
        #expect(throws: MainspringError.self) { try rig.supervisor.group("store") }
        rig.supervisor.stop(budget: .seconds(1)) { _ in }
        let draining = #expect(throws: MainspringError.self) {
            try rig.supervisor.add(rig.context.child(service("late"), spawner: rig.spawner))
        }
        #expect(draining?.code == .draining)
    }

    @Test(
        "whoever has a child removed hears of it, however it goes",
        arguments: [
            ("ends", true), ("does not end", false), ("ends with all others", true),
        ])
    func removal(how: String, isGone: Bool) throws {
        let rig = try SupervisorRig([service("feed"), service("bot")])
        rig.supervisor.start()
        let removed = Box<Bool>()
        if how == "ends with all others" { rig.supervisor.stop(budget: .seconds(9)) { _ in } }
        try rig.supervisor.remove("feed") { removed.set($0) }
        #expect(removed.value == nil)
        if how == "does not end" {
            rig.time.advance(by: .seconds(6))
        } else {
            for child in rig.spawner.children { child.exit(.code(0)) }
        }
        #expect(removed.value == isGone)
    }

    @Test("force reaches every level at once")
    func force() throws {
        let rig = try rig()
        rig.supervisor.start()
        rig.supervisor.forceKill()
        for child in rig.spawner.children { #expect(child.asked.contains("KILL 0s"), "\(child.name)") }
        let late = Box<[Laggard]>()
        rig.supervisor.stop(budget: .zero) { late.set($0) }
        for child in rig.spawner.children { child.exit(.signal(9), killed: true) }
        #expect(late.value?.map(\.path).sorted() == ["store", "web", "workers/bot", "workers/feed"])
        #expect(rig.time.pendingTimers == 0)
    }

    final class Exhaustions: Sendable {
        private let stored = Mutex<[String]>([])
        var all: [String] { stored.withLock { $0 } }
        func add(_ exhaustion: SupervisionPolicy.Exhaustion, _ reason: String) {
            stored.withLock { $0.append("\(exhaustion): \(reason)") }
        }
    }
}
