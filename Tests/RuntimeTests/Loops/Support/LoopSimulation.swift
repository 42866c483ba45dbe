import MainspringCore

@testable import MainspringRuntime

/// A loop's machine with virtual time and turns that take as long as they are told; what happens is a list of lines.
struct LoopSimulation {
    /// What one turn does.
    struct Work: Sendable {
        var takes: Duration
        var end = TurnEnd.success
        /// From its cancellation; nil: it ignores that.
        var obeys: Duration? = .zero
        /// How it ends when it was cancelled.
        var cancelled = TurnEnd.failure("CancellationError()")
    }

    private struct Running {
        var at: MonotonicInstant
        var end: TurnEnd
        var work: Work
    }

    private(set) var machine: LoopMachine
    private(set) var lines: [String] = []
    private let work: @Sendable (Int) -> Work
    private var now = MonotonicInstant(nanoseconds: 0)
    private var timers: [LoopTimer: MonotonicInstant] = [:]
    private var running: [Int: Running] = [:]

    init(
        _ spec: LoopSpec, leftover: Int = 0, margin: Duration = .zero,
        random: any RandomNumberGenerator & Sendable = FullJitter(), work: @escaping @Sendable (Int) -> Work
    ) {
        machine = LoopMachine(name: "l", spec: spec, leftover: leftover, margin: margin, random: random)
        self.work = work
    }

    /// Only the lines that begin so, after their time.
    func lines(_ words: String...) -> [String] {
        lines.filter { line in words.contains { line.split(separator: " ", maxSplits: 1).last?.hasPrefix($0) == true } }
    }

    mutating func feed(_ input: LoopInput) {
        for action in machine.handle(input, at: now) { perform(action) }
    }

    /// The clock goes on while nothing is run, as when the machine sleeps.
    mutating func sleep(_ duration: Duration) { now = now + duration }

    mutating func run(for duration: Duration) {
        let end = now + duration
        while true {
            let timer = timers.min { ($0.value, "\($0.key)") < ($1.value, "\($1.key)") }
            let turn = running.min { ($0.value.at, $0.key) < ($1.value.at, $1.key) }
            let next = [timer?.value, turn?.value.at].compactMap(\.self).min()
            guard let next, next <= end else { break }
            now = max(now, next)
            // A turn that ends when a timer fires was in time.
            if let turn, turn.value.at <= next {
                running[turn.key] = nil
                feed(.turnEnded(turn.key, turn.value.end))
            } else if let timer {
                timers[timer.key] = nil
                feed(.timerFired(timer.key))
            }
        }
        now = max(now, end)
    }

    private mutating func perform(_ action: LoopAction) {
        switch action {
        case .begin(let number, let lateness):
            say("begin \(number)" + (lateness > .zero ? " late \(lateness.text)" : ""))
            let work = work(number)
            running[number] = Running(at: now + work.takes, end: work.end, work: work)
        case .cancel(let number, let signal, let grace):
            say("cancel \(number) \(SignalName.of(signal)) \(grace.text)")
            guard let turn = running[number], let obeys = turn.work.obeys, now + obeys < turn.at else { return }
            running[number] = Running(at: now + obeys, end: turn.work.cancelled, work: turn.work)
        case .forget(let number):
            timers[.timeout(number)] = nil
            timers[.patience(number)] = nil
        case .schedule(let timer, let delay):
            if case .patience(let number) = timer { timers[.timeout(number)] = nil }
            timers[timer] = now + delay
        case .cancelTimers:
            timers[.next] = nil
            timers[.drain] = nil
        case .register: break
        case .report(.degraded(let reason)): say("degraded: \(reason)")
        case .report(.ended(let end)):
            let laggards = end.laggards.map { " \($0.path)" }.joined()
            say("ended \(end.isSuccess ? "well" : "badly")\(end.wasKilled ? " killed" : ""): \(end.detail)\(laggards)")
        case .report(let report): say("\(report)")
        case .emit(let event): say(event)
        }
    }

    private mutating func say(_ event: LoopEvent) {
        switch event {
        case .turnEnded(_, let turn, let outcome, _, _, _): say("end \(turn) \(outcome.rawValue)")
        case .turnTimedOut(_, let turn, _): say("timeout \(turn)")
        case .turnHangs(_, let turn, _): say("zombie \(turn)")
        case .hungTurnEnded(_, let turn, _): say("no zombie \(turn)")
        case .turnsSkipped(_, let reason, let count): say("skip \(reason.rawValue) \(count)")
        }
    }

    private mutating func say(_ text: String) {
        let nanoseconds = now.nanoseconds
        let whole = nanoseconds % 1_000_000_000 == 0 ? "\(nanoseconds / 1_000_000_000)s" : nil
        lines.append("\(whole ?? Duration.nanoseconds(nanoseconds).text) \(text)")
    }
}
