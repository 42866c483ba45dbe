import MainspringCore
import MainspringTesting
import Testing

@testable import MainspringRuntime

@Suite("The supervisor's machine under random operations")
struct SupervisorModelTests {
    @Test("keeps its promises after every step", arguments: 0..<40)
    func random(batch: Int) throws {
        // New ones for every run; a failure names its own.
        let base = UInt64.random(in: 0...(.max / 2))
        for seed in base..<base + 25 {
            var run = try ModelRun(seed: seed)
            run.play(steps: 150)
            run.finish()
            #expect(
                run.problems.isEmpty, "seed \(seed): \(run.problems.joined(separator: "\n"))\n\(run.notes.suffix(30))")
            if !run.problems.isEmpty { return }
        }
    }

    @Test("keeps them for seeds that stay the same", arguments: UInt64(1)...20)
    func known(seed: UInt64) throws {
        var run = try ModelRun(seed: seed)
        run.play(steps: 150)
        run.finish()
        #expect(run.problems.isEmpty, "\(run.problems)\n\(run.notes.suffix(30))")
    }
}

/// One run: a supervisor, what is done to it, and what was wrong with it.
private struct ModelRun {
    private(set) var problems: [String] = []
    private(set) var notes: [String] = []
    private var shell: MachineShell
    private var random: SeededGenerator
    private var wasStopped = false

    init(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var specs: [ChildSpec] = []
        for name in ["a", "b", "c", "d", "e"].prefix(Int.random(in: 0...5, using: &random)) {
            specs.append(Self.spec(name, among: specs.map(\.name), &random))
        }
        let policy = SupervisionPolicy(
            strategy: SupervisionPolicy.Strategy.allCases.randomElement(using: &random)!,
            maxRestarts: Int.random(in: 0...6, using: &random),
            within: .seconds(Int.random(in: 1...10, using: &random)),
            onExhausted: [.backOff, .backOff, .fail, .escalate].randomElement(using: &random)!)
        shell = try MachineShell(
            specs.shuffled(using: &random), policy: policy, random: SeededGenerator(seed: seed &+ 1), isStarted: false)
        shell.beginsAtOnce = Bool.random(using: &random)
        shell.stopsAtOnce = Bool.random(using: &random)
        self.random = random
        notes.append(
            "\(policy) \(specs.map { "\($0.name)(\($0.kind) \($0.restart) \($0.readiness.check)): \($0.dependsOn)" })")
        if Bool.random(using: &self.random) { step("start") { $0.feed(.start) } }
    }

    private static func spec(_ name: String, among names: [String], _ random: inout SeededGenerator) -> ChildSpec {
        child(
            name, kind: [.service, .command, .group].randomElement(using: &random)!,
            restart: ChildSpec.Restart.allCases.randomElement(using: &random)!,
            ready: Readiness(
                check: [.started, .reported, .tcp(host: "h", port: 1)].randomElement(using: &random)!,
                within: .seconds(Int.random(in: 1...20, using: &random))),
            dependsOn: names.filter { _ in Int.random(in: 0..<3, using: &random) == 0 },
            stop: StopPolicy(timeout: .seconds(Int.random(in: 0...6, using: &random))),
            silence: Bool.random(using: &random) ? nil : .seconds(Int.random(in: 1...9, using: &random)))
    }

    mutating func play(steps: Int) {
        for _ in 0..<steps {
            operate()
            if !problems.isEmpty { return }
        }
    }

    /// However it went: a stop, and the end of every life, end it exactly once.
    mutating func finish() {
        guard problems.isEmpty else { return }
        step("stop at the end") { $0.feed(.stop(budget: .seconds(5))) }
        for _ in 0..<20 where problems.isEmpty {
            for name in shell.unbegun.keys.sorted() { step("begin \(name)") { $0.begin(name) } }
            for (name, lives) in shell.lives.sorted(by: { $0.key < $1.key }) where !lives.isEmpty {
                step("end \(name)") { $0.end(name) }
            }
        }
        if shell.ends.count != 1 { problems.append("ended \(shell.ends.count) times") }
        if shell.goneCount != 1 { problems.append("gone \(shell.goneCount) times") }
        step("later") { $0.advance(.seconds(600)) }
        if !shell.timers.isEmpty { problems.append("timers are left: \(shell.timers.keys)") }
    }

    private mutating func operate() {
        let names = shell.machine.slots.map(\.spec.name).sorted()
        let name = names.randomElement(using: &random) ?? "a"
        let life = shell.machine[name]?.life ?? 0
        let isSuccess = Bool.random(using: &random)
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<2: step("start") { $0.feed(.start) }
        case 2..<20:
            guard let name = shell.unbegun.keys.sorted().randomElement(using: &random) else { return }
            let fails = Int.random(in: 0..<5, using: &random) == 0
            step("\(fails ? "fail to begin" : "begin") \(name)") { fails ? $0.failToBegin(name) : $0.begin(name) }
        case 20..<40: step("end \(name) \(isSuccess)") { $0.end(name, success: isSuccess) }
        case 40..<50: step("ready \(name)") { $0.report(name, .ready) }
        case 50..<53:
            let generation = shell.machine[name]?.generation ?? 0
            step("probe \(name)") { $0.feed(.becameReady(name, generation: generation)) }
        case 53..<68:
            let time = Duration.milliseconds(Int.random(in: 0...8000, using: &random))
            step("advance \(time.text)") { $0.advance(time) }
        case 68..<71: step("beat \(name)") { $0.beats[name] = $0.now }
        case 71..<81:
            let command = ServiceCommand.allCases.randomElement(using: &random)!
            step("\(command) \(name)") { $0.feed(.command(command, name)) }
        case 81..<86:
            let new = ["a", "b", "c", "d", "e", "f", "g"].randomElement(using: &random)!
            let spec = Self.spec(new, among: names.filter { $0 != new }, &random)
            step("add \(new) \(spec.dependsOn)") { $0.feed(.add(spec)) }
        case 86..<89: step("remove \(name)") { $0.feed(.remove(name)) }
        case 89..<91:
            // What it may depend on came before it: no circles.
            let order = shell.machine[name]?.order ?? 0
            let earlier = shell.machine.slots.filter { $0.order < order }.map(\.spec.name).sorted()
            var spec = Self.spec(name, among: earlier, &random)
            // A child stays of its kind.
            spec.kind = shell.machine[name]?.spec.kind ?? spec.kind
            step("replace \(name) \(spec.dependsOn)") { $0.feed(.replace(spec)) }
        case 91..<93: step("final end \(name)") { $0.end(name, isFinal: true) }
        case 93..<95:
            guard shell.machine[name]?.spec.kind == .group, shell.lives[name]?.isEmpty == false else { return }
            step("stuck \(name)") { $0.report(name, .stuck(ChildEnd(isSuccess: false, detail: "stuck"))) }
        case 95..<97:
            // Reports and timers of what is long over.
            step("stale \(name)") { shell in
                shell.feed(.reported(name, life: life - 1, .ended(ChildEnd(isSuccess: false, detail: "stale"))))
                shell.feed(.begun(name, life: life - 1, pid: nil))
                shell.feed(.timerFired(name, generation: (shell.machine[name]?.generation ?? 0) - 1, lastBeat: nil))
                shell.feed(.becameReady(name, generation: (shell.machine[name]?.generation ?? 0) - 1))
            }
        case 97:
            let report = [ChildReport.recovered, .degraded("so"), .failing("so")].randomElement(using: &random)!
            step("\(report) \(name)") { $0.report(name, report) }
        case 98:
            guard Int.random(in: 0..<4, using: &random) == 0 else { return }
            let budget = Duration.seconds(Int.random(in: 0...9, using: &random))
            step("stop \(budget.text)") { $0.feed(.stop(budget: budget)) }
        default:
            guard Int.random(in: 0..<8, using: &random) == 0 else { return }
            step("force") { $0.feed(.forceKill) }
        }
    }

    private mutating func step(_ note: String, _ body: (inout MachineShell) -> Void) {
        var found: [String] = []
        shell.check = { machine, actions in found += Self.problems(machine, after: actions) }
        body(&shell)
        shell.check = nil
        let told = shell.told()
        notes.append("\(note) → \(told.joined(separator: ", ")) [\(shell.states.joined(separator: ", "))]")
        problems += found + problemsOfShell()
        if wasStopped, told.contains(where: { $0.hasPrefix("begin") }) { problems.append("begun after a stop") }
        wasStopped = shell.machine.isStopping
    }

    private func problemsOfShell() -> [String] {
        var problems: [String] = []
        for (name, lives) in shell.lives where lives.count > 1 { problems.append("\(name) lives \(lives.count) times") }
        for (name, lives) in shell.lives where !lives.isEmpty {
            if shell.machine[name]?.isLive != true { problems.append("\(name) lives, and is not known to") }
        }
        for (name, timer) in shell.timers where shell.machine[name]?.generation != timer.generation {
            problems.append("\(name) has a timer of an earlier state")
        }
        for slot in shell.machine.slots where Self.needsTimer(slot) && shell.timers[slot.spec.name] == nil {
            problems.append("\(slot.spec.name) is \(slot.phase) without a timer")
        }
        return problems
    }

    private static func needsTimer(_ slot: ChildSlot) -> Bool {
        switch slot.phase {
        case .backingOff: true
        case .stopping: slot.spec.kind != .group || !slot.hasBegun
        case .starting: slot.hasBegun && slot.spec.kind != .group
        case .running: slot.spec.silence != nil
        case .waiting, .lost, .stopped, .failed: false
        }
    }

    private static func problems(_ machine: SupervisorMachine, after actions: [SupervisorAction]) -> [String] {
        var problems: [String] = []
        func require(_ holds: Bool, _ problem: @autoclosure () -> String) { if !holds { problems.append(problem()) } }
        let slots = machine.slots
        for case .begin(let name, _) in actions {
            require(machine.hasStarted && !machine.isStopping, "\(name) begins while it must not")
            for needed in machine[name]?.spec.dependsOn ?? [] {
                require(machine[needed]?.isSatisfied == true, "\(name) begins before \(needed)")
            }
        }
        require(machine.livingCount == slots.count { $0.isAlive }, "livingCount")
        require(machine.lostCount == slots.count { $0.isLost }, "lostCount")
        require(machine.unsatisfiedCount == slots.count { !$0.isSatisfied }, "unsatisfiedCount")
        require(machine.indices.count == slots.count, "indices")
        require(machine.freed.isEmpty, "freed")
        require(!machine.isEnded || machine.livingCount == 0, "ended with living children")
        for (index, slot) in slots.enumerated() {
            let name = slot.spec.name
            require(machine.indices[name] == index, "index of \(name)")
            require(
                slot.livingDependents
                    == slots.filter(\.isHolding).reduce(0) { $0 + $1.spec.dependsOn.count { $0 == name } },
                "livingDependents of \(name)")
            require(slot.isLive == (slot.isAlive || slot.isLost), "\(name) is \(slot.phase), live: \(slot.isLive)")
            for needed in slot.spec.dependsOn {
                require(machine.indices[needed] != nil, "\(name) depends on \(needed), which is gone")
                require(machine.dependents[needed]?.contains(name) == true, "dependents of \(needed)")
            }
            if slot.phase == .waiting, machine.hasStarted, machine.round?.members.contains(name) != true {
                let waitsFor = slot.spec.dependsOn.contains { machine[$0]?.isSatisfied == false }
                require(waitsFor, "\(name) waits for nothing")
            }
            if case .stopping(then: .rejoin) = slot.phase, machine.isStopping { require(false, "\(name) rejoins") }
        }
        if let round = machine.round {
            let living = slots.count { $0.isAlive && round.members.contains($0.spec.name) }
            require(round.livingCount == living, "livingCount of the round")
            switch machine[round.trigger]?.phase {
            case .waiting?: require(living > 0, "the round waits for nothing")
            case .backingOff?: require(living == 0, "the round goes on too early")
            default: require(false, "the round's trigger is \(String(describing: machine[round.trigger]?.phase))")
            }
        }
        let waitsForStops = machine.isStopping ? machine.livingCount : machine.round?.livingCount ?? 0
        if waitsForStops > 0 {
            let isUnderWay = slots.contains { if case .stopping = $0.phase { true } else { false } }
            require(isUnderWay, "what must stop is not told to")
        }
        return problems
    }
}
