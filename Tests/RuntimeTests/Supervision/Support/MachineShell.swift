import MainspringCore

@testable import MainspringRuntime

/// Performs what the supervisor's machine returns as its real shell does, with lives that do as the test says, and writes
/// down what happened.
struct MachineShell {
    private(set) var machine: SupervisorMachine
    private(set) var now = MonotonicInstant(nanoseconds: 0)
    /// `begin a`, `stop a`, `kill a`, `lost a`, `removed a`, `all ready`, `ended`, `gone`; cleared by `told()`.
    private(set) var story: [String] = []
    private(set) var events: [ServiceEvent] = []
    /// Lives that were ordered and have not ended, begun or not.
    private(set) var lives: [String: Set<Int>] = [:]
    /// Ordered to begin, and not yet answered.
    private(set) var unbegun: [String: Int] = [:]
    private(set) var timers: [String: (generation: Int, due: MonotonicInstant)] = [:]
    private(set) var ends: [SupervisorEnd] = []
    private(set) var goneCount = 0
    /// Whether lives begin as soon as they are ordered to.
    var beginsAtOnce = true
    /// Whether lives end as soon as they are told to stop.
    var stopsAtOnce = true
    var beats: [String: MonotonicInstant] = [:]
    /// Looks at the machine after each of its steps.
    var check: ((SupervisorMachine, [SupervisorAction]) -> Void)?

    init(
        _ children: [ChildSpec], policy: SupervisionPolicy = SupervisionPolicy(),
        random: any RandomNumberGenerator & Sendable = FullJitter(), isStarted: Bool = true
    ) throws {
        machine = try SupervisorMachine(children: children, policy: policy, random: random, now: now)
        if isStarted {
            feed(.start)
            story = []
        }
    }

    // MARK: Steps

    mutating func feed(_ input: SupervisorInput) {
        var inputs = [input]
        while !inputs.isEmpty {
            let actions = machine.handle(inputs.removeFirst(), at: now)
            check?(machine, actions)
            for action in actions { inputs += perform(action) }
        }
    }

    mutating func begin(_ name: String) {
        guard let life = unbegun.removeValue(forKey: name) else { return }
        feed(.begun(name, life: life, pid: nil))
    }

    mutating func failToBegin(_ name: String) {
        guard let life = unbegun.removeValue(forKey: name) else { return }
        lives[name]?.remove(life)
        feed(.beginFailed(name, life: life, reason: "no program"))
    }

    /// Its life ends, of itself or because it was told to.
    mutating func end(_ name: String, success: Bool = false, isFinal: Bool = false) {
        guard let life = lives[name]?.min() else { return }
        report(name, life, .ended(Self.end(success, isFinal)))
    }

    mutating func report(_ name: String, _ report: ChildReport) {
        feed(.reported(name, life: machine[name]?.life ?? 0, report))
    }

    mutating func report(_ name: String, _ life: Int, _ report: ChildReport) {
        if case .ended = report {
            lives[name]?.remove(life)
            unbegun[name] = nil
        }
        feed(.reported(name, life: life, report))
    }

    /// Fires the timers on the way, in order.
    mutating func advance(_ duration: Duration) {
        let end = now + duration
        while let (name, timer) = timers.min(by: { ($0.value.due, $0.key) < ($1.value.due, $1.key) }), timer.due <= end
        {
            now = max(now, timer.due)
            timers[name] = nil
            feed(.timerFired(name, generation: timer.generation, lastBeat: beats[name]))
        }
        now = end
    }

    /// What happened since it was last asked.
    mutating func told() -> [String] {
        defer { story = [] }
        return story
    }

    // MARK: Looks

    func state(_ name: String) -> String? { status(name)?.state.rawValue }

    func status(_ name: String) -> ChildStatus? {
        machine.statuses(wall: Timestamp(microseconds: 0), now: now).first { $0.name == name }
    }

    /// In start order: `a running`.
    var states: [String] {
        machine.statuses(wall: Timestamp(microseconds: 0), now: now).map { "\($0.name) \($0.state.rawValue)" }
    }

    // MARK: The shell's part

    private static func end(_ success: Bool, _ isFinal: Bool = false) -> ChildEnd {
        ChildEnd(isSuccess: success, detail: success ? "exit 0" : "exit 1", isFinal: isFinal)
    }

    private mutating func perform(_ action: SupervisorAction) -> [SupervisorInput] {
        switch action {
        case .begin(let name, let life):
            story.append("begin \(name)")
            lives[name, default: []].insert(life)
            guard !beginsAtOnce else { return [.begun(name, life: life, pid: nil)] }
            unbegun[name] = life
        case .schedule(let name, let generation, let delay): timers[name] = (generation, now + delay)
        case .cancel(let name): timers[name] = nil
        case .stop(let name, _):
            story.append("stop \(name)")
            guard stopsAtOnce, unbegun[name] == nil, let life = lives[name]?.popFirst() else { return [] }
            return [.reported(name, life: life, .ended(Self.end(true)))]
        case .kill(let name): story.append("kill \(name)")
        case .giveUp(let name, _): story.append("lost \(name)")
        case .removed(let name): story.append("removed \(name)")
        case .emit(let event): events.append(event)
        case .allReady: story.append("all ready")
        case .ended(let end):
            story.append("ended")
            ends.append(end)
        case .gone:
            story.append("gone")
            goneCount += 1
        case .probe: break
        }
        return []
    }
}
