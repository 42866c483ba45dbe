import Glibc
import MainspringCore

/// START HERE for loops: one life of a loop as a pure value; `LoopRun` performs what it returns.
///
/// A life goes one way: it runs, then it fails or is stopped, then it has ended. It has not ended while turns run; the
/// exception is a loop that failed and has only zombies left, which would keep its supervisor from acting.
struct LoopMachine: Sendable {
    enum Phase: Sendable, Equatable {
        case running
        /// No turn begins any more, for this reason.
        case failing(String)
        case stopping
        case ended
    }

    private(set) var phase = Phase.running
    /// Oldest first.
    private(set) var turns: [LoopTurn] = []
    private(set) var statistics: LoopStatistics
    private(set) var random: any RandomNumberGenerator & Sendable
    private let name: String
    private let spec: LoopSpec
    /// In nanoseconds.
    private let interval: Int64
    private let patience: Duration
    private let maxZombies: Int
    private var now = MonotonicInstant(nanoseconds: 0)
    /// When the next turn is due, without its jitter.
    private var nextDue = MonotonicInstant(nanoseconds: 0)
    private var jitter = Duration.zero
    /// When the turns were due that wait for an earlier one.
    private var waiting: [MonotonicInstant] = []
    private var failuresInARow = 0
    private var isDegraded = false
    private var order: StopOrder?
    private var drainDeadline: MonotonicInstant?
    private var stopDeadline = MonotonicInstant(nanoseconds: 0)
    private var hasKilled = false
    /// The node takes no new work.
    private var isQuiet = false
    private var actions: [LoopAction] = []

    /// `leftover` turns of earlier lives still run; they count against the limit of zombies. `margin` is what a turn gets
    /// beyond its patience until it counts as one.
    init(
        name: String, spec: LoopSpec, statistics: LoopStatistics = LoopStatistics(), leftover: Int = 0,
        margin: Duration = .zero, random: any RandomNumberGenerator & Sendable
    ) {
        self.name = name
        self.spec = spec
        self.statistics = statistics
        self.statistics.zombies = 0
        self.random = random
        interval = max(1000, (now + spec.every).nanoseconds)
        patience = spec.patience + margin
        maxZombies = spec.mayOverlap ? max(0, spec.maxZombies - leftover) : 0
    }

    var isRunning: Bool { phase == .running }

    mutating func handle(_ input: LoopInput, at time: MonotonicInstant) -> [LoopAction] {
        now = time
        switch input {
        case .start:
            nextDue = spec.first == .now ? now : now + spec.every
            arm()
        case .timerFired(.next): due()
        case .timerFired(.drain): cancelAll()
        case .timerFired(.timeout(let number)): with(number) { $0.timedOut($1) }
        case .timerFired(.patience(let number)): with(number) { $0.patienceOver($1) }
        case .turnEnded(let number, let end): with(number) { $0.ended($1, end) }
        case .quiet: quiet()
        case .stop(let order): stop(order)
        case .kill: stop(StopOrder(signal: SIGKILL, grace: .zero))
        }
        defer { actions = [] }
        return actions
    }

    private mutating func with(_ number: Int, _ body: (inout Self, Int) -> Void) {
        guard let index = turns.firstIndex(where: { $0.number == number }) else { return }
        body(&self, index)
    }

    private mutating func emit(_ event: LoopEvent) { actions.append(.emit(event)) }
}

// MARK: When turns are due

extension LoopMachine {
    private mutating func arm() {
        if spec.jitter > .zero {
            let most = (MonotonicInstant(nanoseconds: 0) + spec.jitter).nanoseconds
            jitter = .nanoseconds(Int64(random.next().multipliedFullWidth(by: UInt64(most)).high))
        }
        let delay = nextDue + jitter - now
        if delay > .zero { actions.append(.schedule(.next, after: delay)) } else { due() }
    }

    private mutating func due() {
        guard isRunning, !isQuiet else { return }
        guard spec.pacing == .fixedRate else { return begin(dueAt: nextDue + jitter) }
        let missed = max(0, (now.nanoseconds - (nextDue + jitter).nanoseconds) / interval)
        if missed > 0 {
            nextDue.nanoseconds += missed * interval
            skip(.missed, count: Int(missed))
        }
        place(dueAt: nextDue + jitter)
        nextDue.nanoseconds += interval
        arm()
    }

    private mutating func quiet() {
        isQuiet = true
        if !waiting.isEmpty { skip(.stopping, count: waiting.count) }
        waiting = []
    }

    private mutating func place(dueAt: MonotonicInstant) {
        switch spec.overlap {
        case _ where turns.isEmpty: begin(dueAt: dueAt)
        case .allow(let limit) where turns.count < limit: begin(dueAt: dueAt)
        case .queue(let limit) where waiting.count < limit: waiting.append(dueAt)
        case _ where turns.contains { $0.state == .hanging }: skip(.zombie)
        case .skip: skip(.running)
        case .queue, .allow: skip(.full)
        }
    }

    private mutating func skip(_ reason: LoopEvent.SkipReason, count: Int = 1) {
        if reason == .missed { statistics.missed += count } else { statistics.skipped += count }
        emit(.turnsSkipped(loop: name, reason: reason, count: count))
    }

    private mutating func begin(dueAt: MonotonicInstant) {
        statistics.turns += 1
        let number = statistics.turns
        let lateness = max(.zero, now - dueAt)
        statistics.lastLateness = lateness
        turns.append(LoopTurn(number: number, startedAt: now, lateness: lateness))
        actions.append(.begin(number, lateness: lateness))
        if let timeout = spec.timeout { actions.append(.schedule(.timeout(number), after: timeout)) }
    }
}

// MARK: How turns end

extension LoopMachine {
    private mutating func ended(_ index: Int, _ end: TurnEnd) {
        let turn = turns.remove(at: index)
        let took = now - turn.startedAt
        statistics.lastDuration = took
        actions.append(.forget(turn.number))
        if turn.state == .hanging {
            statistics.zombies -= 1
            emit(.hungTurnEnded(loop: name, turn: turn.number, after: took))
        }
        if case .killed = end, !isRunning { hasKilled = true }
        let (outcome, error) = outcome(of: turn, end)
        emit(
            .turnEnded(
                loop: name, turn: turn.number, outcome: outcome, took: took, lateness: turn.lateness, error: error))
        switch outcome {
        case .success: failuresInARow = 0
        case .failure:
            statistics.failures += 1
            failed("turn \(turn.number) failed: \(error ?? "")")
        case .timeout, .cancelled: break
        }
        if isDegraded, failuresInARow == 0, statistics.zombies == 0 {
            isDegraded = false
            actions.append(.report(.recovered))
        }
        goOn()
    }

    private func outcome(of turn: LoopTurn, _ end: TurnEnd) -> (LoopEvent.Outcome, String?) {
        if turn.hasTimedOut { return (.timeout, nil) }
        switch end {
        case .success: return (.success, nil)
        case .failure(let error), .killed(let error):
            return turn.state == .running ? (.failure, error) : (.cancelled, nil)
        }
    }

    private mutating func goOn() {
        guard isRunning else { return endIfDone() }
        guard !isQuiet else { return }
        if !waiting.isEmpty, turns.isEmpty { begin(dueAt: waiting.removeFirst()) }
        guard spec.pacing == .fixedDelay else { return }
        nextDue = now + spec.every
        arm()
    }

    private mutating func timedOut(_ index: Int) {
        guard turns[index].state == .running else { return }
        let number = turns[index].number
        let after = now - turns[index].startedAt
        turns[index].hasTimedOut = true
        statistics.timeouts += 1
        emit(.turnTimedOut(loop: name, turn: number, after: after))
        cancel(index, signal: SIGTERM, grace: spec.patience)
        failed("turn \(number) timed out after \(after.forPeople)")
    }

    private mutating func patienceOver(_ index: Int) {
        guard turns[index].state == .cancelled else { return }
        turns[index].move(to: .hanging, at: now)
        statistics.zombies += 1
        let number = turns[index].number
        let after = now - turns[index].startedAt
        actions.append(.register(number))
        emit(.turnHangs(loop: name, turn: number, after: after))
        degrade("turn \(number) hangs: it was cancelled, and has not ended after \(after.forPeople)")
        guard isRunning else { return endIfDone() }
        guard statistics.zombies > maxZombies else { return }
        let numbers = turns.filter { $0.state == .hanging }.map { "turn \($0.number)" }.joined(separator: ", ")
        fail("too many turns hang: \(numbers)")
    }

    private mutating func failed(_ reason: String) {
        failuresInARow += 1
        degrade(reason)
        guard isRunning, let limit = spec.maxFailures, failuresInARow >= limit else { return }
        fail(limit <= 1 ? reason : "\(failuresInARow) turns in a row failed, the last one so: \(reason)")
    }

    private mutating func degrade(_ reason: String) {
        isDegraded = true
        actions.append(.report(.degraded(reason)))
    }
}

// MARK: How the loop ends

extension LoopMachine {
    private mutating func fail(_ reason: String) {
        close(.failing(reason))
        for index in turns.indices where turns[index].state == .running {
            cancel(index, signal: SIGTERM, grace: spec.patience)
        }
        endIfDone()
    }

    private mutating func stop(_ new: StopOrder) {
        guard phase != .ended else { return }
        close(.stopping)
        let deadline = now + new.grace
        if order == nil || deadline < stopDeadline { stopDeadline = deadline }
        order = new
        guard new.drain > .zero, turns.contains(where: { $0.state == .running }) else {
            cancelAll()
            return endIfDone()
        }
        let drained = now + new.drain
        guard drained < drainDeadline ?? MonotonicInstant(nanoseconds: .max) else { return }
        drainDeadline = drained
        actions.append(.schedule(.drain, after: new.drain))
    }

    /// Once for each order, so that a later one brings forward when a command gets KILL.
    private mutating func cancelAll() {
        guard let order else { return }
        for index in turns.indices {
            cancel(index, signal: order.signal, grace: max(.zero, stopDeadline - now))
        }
    }

    private mutating func cancel(_ index: Int, signal: Int32, grace: Duration) {
        let number = turns[index].number
        actions.append(.cancel(number, signal: signal, grace: grace))
        guard turns[index].state == .running else { return }
        turns[index].move(to: .cancelled, at: now)
        actions.append(.schedule(.patience(number), after: patience))
    }

    private mutating func close(_ phase: Phase) {
        guard isRunning else { return }
        self.phase = phase
        actions.append(.cancelTimers)
        if !waiting.isEmpty { skip(.stopping, count: waiting.count) }
        waiting = []
    }

    private mutating func endIfDone() {
        switch phase {
        case .stopping where turns.isEmpty: end(ChildEnd(isSuccess: true, detail: "stopped", wasKilled: hasKilled))
        case .failing(let reason) where turns.allSatisfy { $0.state == .hanging }:
            end(
                ChildEnd(
                    isSuccess: false, detail: reason, wasKilled: hasKilled && order != nil,
                    laggards: turns.map { $0.laggard(at: now) }))
        default: break
        }
    }

    private mutating func end(_ end: ChildEnd) {
        phase = .ended
        actions.append(.cancelTimers)
        actions.append(.report(.ended(end)))
    }
}
