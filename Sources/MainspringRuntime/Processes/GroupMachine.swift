import MainspringCore

/// The life of one process group as a pure machine: what happened goes in, what to do comes out.
struct GroupMachine {
    enum Event: Equatable {
        case leaderExited(ExitStatus)
        /// Someone else in this process reaped it: its status is lost, and its id may be another's.
        case leaderLost
        /// The answer to `checkGroup`: whether any other member is alive.
        case groupChecked(isEmpty: Bool)
        case signal(Int32)
        case terminate(signal: Int32, grace: Duration)
        case killDue
        case pollDue
        /// Both output pipes are closed on our side.
        case outputEnded
        case outputOverdue
    }

    enum Action: Equatable {
        case send(Int32)
        case checkGroup
        /// In the place of an earlier one.
        case armKill(after: Duration)
        case armPoll(after: Duration)
        case armOutputLimit(after: Duration)
        /// Note in the ledger that the group is gone, then reap its leader: from here on its id may belong to another.
        case release
        case stopReading
        case finish(ExitStatus)
    }

    private enum Phase: Equatable {
        case running
        /// The leader is a zombie, which keeps the id of the group from being given out again.
        case leftovers(ExitStatus)
        /// Nothing is left but a pipe that may be held open from outside.
        case draining(ExitStatus)
        case gone
    }

    /// How often a group without its leader is looked at.
    static let pollInterval = Duration.milliseconds(20)

    let leftoverGrace: Duration
    private(set) var wasKilled = false
    private var phase = Phase.running
    private var lastSignal: Int32?
    private var killAt: MonotonicInstant?
    private var isOutputOpen = true
    private var wereLeftoversTold = false

    init(leftoverGrace: Duration) {
        self.leftoverGrace = leftoverGrace
    }

    mutating func on(_ event: Event, now: MonotonicInstant) -> [Action] {
        switch event {
        case .leaderExited(let status):
            guard phase == .running else { return [] }
            phase = .leftovers(status)
            return [.checkGroup]
        case .leaderLost:
            guard phase == .running else { return [] }
            return release(.code(-1))
        case .groupChecked(let isEmpty):
            guard case .leftovers(let status) = phase else { return [] }
            return isEmpty ? release(status) : waitForLeftovers(now)
        case .signal(let number):
            return mayBeSignalled ? [.send(number)] : []
        case .terminate(let signal, let grace):
            return terminate(signal, grace, now)
        case .killDue:
            guard mayBeSignalled, let killAt, killAt <= now else { return [] }
            return kill()
        case .pollDue:
            guard case .leftovers = phase else { return [] }
            return [.checkGroup]
        case .outputEnded:
            isOutputOpen = false
            guard case .draining(let status) = phase else { return [] }
            phase = .gone
            return [.finish(status)]
        case .outputOverdue:
            guard case .draining = phase else { return [] }
            return [.stopReading]
        }
    }

    private var mayBeSignalled: Bool {
        switch phase {
        case .running, .leftovers: true
        case .draining, .gone: false
        }
    }

    private mutating func terminate(_ signal: Int32, _ grace: Duration, _ now: MonotonicInstant) -> [Action] {
        guard mayBeSignalled, !wasKilled else { return [] }
        guard grace > .zero else { return kill() }
        let tell: [Action] = signal == lastSignal ? [] : [.send(signal)]
        lastSignal = signal
        return tell + bringForward(now + grace, now)
    }

    private mutating func waitForLeftovers(_ now: MonotonicInstant) -> [Action] {
        let poll = Action.armPoll(after: Self.pollInterval)
        guard !wereLeftoversTold else { return [poll] }
        wereLeftoversTold = true
        // A member that was being forked when KILL was sent.
        guard !wasKilled else { return [.send(Signal.kill), poll] }
        let tell: [Action] = lastSignal == Signal.terminate ? [] : [.send(Signal.terminate)]
        return tell + bringForward(now + leftoverGrace, now) + [poll]
    }

    private mutating func bringForward(_ deadline: MonotonicInstant, _ now: MonotonicInstant) -> [Action] {
        guard killAt.map({ deadline < $0 }) ?? true else { return [] }
        killAt = deadline
        return [.armKill(after: deadline - now)]
    }

    private mutating func kill() -> [Action] {
        wasKilled = true
        killAt = nil
        return [.send(Signal.kill)]
    }

    private mutating func release(_ status: ExitStatus) -> [Action] {
        guard isOutputOpen else {
            phase = .gone
            return [.release, .finish(status)]
        }
        phase = .draining(status)
        return [.release, .armOutputLimit(after: leftoverGrace)]
    }

    private enum Signal {
        static let kill: Int32 = 9
        static let terminate: Int32 = 15
    }
}
