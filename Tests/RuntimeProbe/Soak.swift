import Glibc
import Logging
import MainspringCore
import MainspringRuntime

/// Runs the tree for a time, lets it come to rest, stops it, and compares what happened with what the policies say.
struct Soak {
    private let seconds: Int
    private let seed: UInt64
    private let time = SystemTime()
    private let ledger = SoakLedger()
    private let bodies: SoakBodies

    init(seconds: Int, seed: UInt64) {
        self.seconds = seconds
        self.seed = seed
        bodies = SoakBodies(seed: seed)
    }

    /// The exit code: 1 after a difference.
    func run() async throws -> Int32 {
        say("soak: \(seconds) s with seed \(seed)")
        let path = "/tmp/mainspring-soak-\(getpid())"
        defer { unlink(path) }
        let context = SupervisorContext(
            time: time, sink: ledger, logger: Logger(label: "soak") { _ in SwiftLogNoOpLogHandler() },
            random: SplitMix(seed: seed))
        var tree = SoakTree(
            context: context, spawner: try GroupSpawner(ledger: ProcessLedger(path: path), time: time), bodies: bodies,
            seed: seed)
        let children = tree.children()
        ledger.expect(tree.nodes)
        let supervisor = try Supervisor(
            children: children, policy: SupervisionPolicy(maxRestarts: .max - 1), context: context,
            onExhausted: { [ledger] _, reason in ledger.differs("the root ended: \(reason)") })
        supervisor.start()

        let start = time.monotonic()
        let early = try await stir(supervisor, until: start + Duration.seconds(seconds) / 10)
        let late = try await stir(supervisor, until: start + Duration.seconds(seconds))
        try await comeToRest(supervisor)
        try await stop(supervisor, context)
        let grown = late - early
        if grown >= 5 << 20 { ledger.differs("resident memory grew by \(megabytes(grown)) MiB") }
        return report(grown, from: early)
    }

    /// Groups that failed are started again now and then, as a person would. Answers with the memory in use at the end.
    private func stir(_ supervisor: Supervisor, until end: MonotonicInstant) async throws -> Int {
        while time.monotonic() < end {
            try await time.sleep(for: min(.seconds(2), max(.zero, end - time.monotonic())))
            for group in supervisor.tree() where group.kind == .group && group.state == .failed {
                ledger.asks(group.name)
                try supervisor.perform(.start, on: group.name)
            }
        }
        return ResidentMemory.trimmed()
    }

    /// Nothing fails any more: what is owed a restart gets it, and the numbers of both sides are the same.
    private func comeToRest(_ supervisor: Supervisor) async throws {
        bodies.calm()
        try supervisor.perform(.stop, on: "processes")
        var seen = -1
        // Backoffs are 40 ms, lives at most 600.
        while seen != ledger.events {
            seen = ledger.events
            try await time.sleep(for: .seconds(2))
        }
        let restarts = Dictionary(flat(supervisor.tree()).map { ($0.name, $0) }) { $1 }
        for child in ledger.children {
            let status = restarts[child.node.name]
            if child.restarts != status?.restarts ?? 0 {
                ledger.differs(
                    "\(child.node.name): \(child.restarts) restarts told, \(status?.restarts ?? 0) in the tree")
            }
            guard child.isOwed else { continue }
            // A sibling that has failed for good may keep it from starting.
            if status?.state != .waiting { ledger.differs("\(child.node.name) was not restarted: \(child.words)") }
        }
        let totals = ledger.totals
        let living = ledger.children.reduce(0) { $0 + $1.restarts }
        let told = totals.restarts.values.reduce(0, +)
        if told != living + totals.restartsOfEnded {
            ledger.differs("\(told) restarts told, \(living) of children that are, \(totals.restartsOfEnded) before")
        }
        let escalated = totals.exhausted[.escalate] ?? 0
        if totals.escalations != escalated {
            ledger.differs("\(escalated) supervisors escalated, \(totals.escalations) were seen to end of it")
        }
    }

    private func stop(_ supervisor: Supervisor, _ context: SupervisorContext) async throws {
        ledger.end()
        let pids = flat(supervisor.tree()).compactMap(\.pid)
        for laggard in await supervisor.stop(budget: .seconds(60)) { ledger.differs("\(laggard.path) was late") }
        let living = flat(supervisor.tree()).filter { $0.startedAt != nil }.map(\.name)
        if !living.isEmpty { ledger.differs("still alive: \(living)") }
        if !bodies.running.isEmpty { ledger.differs("still running: \(bodies.running)") }
        if !bodies.doubles.isEmpty { ledger.differs("ran twice at once: \(bodies.doubles)") }
        if context.zombies.total > 0 { ledger.differs("\(context.zombies.total) operations were given up") }
        for pid in pids where kill(pid, 0) == 0 { ledger.differs("process \(pid) is left") }
        // The last cancellation may be on its way back, under a watch of 50 ms.
        try await time.sleep(for: .milliseconds(200))
        let pending = SystemTime.timerStatistics.pending
        if pending > 0 { ledger.differs("\(pending) timers are left") }
    }

    private func report(_ grown: Int, from early: Int) -> Int32 {
        let totals = ledger.totals
        let restarts = totals.restarts.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.value) \($0.key)" }
        let exhausted = totals.exhausted.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { "\($0.value) \($0.key.rawValue)" }
        let differences = ledger.differences
        for difference in differences { say("soak: \(difference)") }
        say(
            "soak: \(ledger.events) events in \(seconds) s: \(totals.failures) ends of themselves, restarts \(list(restarts)), "
                + "exhausted \(list(exhausted)), \(totals.escalations) escalations, \(totals.groupLives) group lives, "
                + "\(totals.abandoned) abandoned; memory \(megabytes(early)) MiB then \(grown < 0 ? "" : "+")"
                + "\(megabytes(grown)); \(differences.isEmpty ? "no difference" : "DIFFERENT, seed \(seed)")")
        return differences.isEmpty ? 0 : 1
    }

    private func flat(_ nodes: [ChildStatus]) -> [ChildStatus] { nodes.flatMap { [$0] + flat($0.children) } }
    private func list(_ words: [String]) -> String { words.isEmpty ? "none" : words.joined(separator: ", ") }
    private func megabytes(_ bytes: Int) -> Double { (Double(bytes) / 104_857.6).rounded() / 10 }

    private func say(_ text: String) {
        let line = Array("\(text)\n".utf8)
        _ = write(STDOUT_FILENO, line, line.count)
    }
}
