import MainspringCore

extension SupervisorMachine {
    /// A command's KILL needs a moment to work before the child counts as lost.
    private static let killWait = Duration.seconds(1)

    mutating func stop(budget: Duration) {
        guard !isEnded else { return }
        let deadline = now + budget
        let isEarlier = stopDeadline.map { deadline < $0 } ?? true
        if isEarlier { stopDeadline = deadline }
        guard !isStopping else {
            if isEarlier { hurry() }
            return
        }
        stopAll(end: .stopped)
    }

    /// Ends the supervisor: every child is stopped, in reverse order.
    mutating func stopAll(end: SupervisorEnd) {
        isStopping = true
        self.end = end
        round = nil
        let order = ordered().reversed()
        for index in order {
            switch slots[index].phase {
            case .waiting, .backingOff: settle(index)
            case .lost(then: .restart), .lost(then: .rejoin): slots[index].phase = .lost(then: .stop)
            case .stopping:
                slots[index].phase = .stopping(then: .stop)
                sendStop(index)
            default: break
            }
        }
        for slot in slots where slot.isAlive {
            for name in slot.spec.dependsOn { livingDependents[name, default: 0] += 1 }
        }
        for index in order where slots[index].isAlive && livingDependents[slots[index].spec.name, default: 0] == 0 {
            if case .stopping = slots[index].phase { continue }
            beginStop(index, then: .stop)
        }
        endIfEmpty()
    }

    /// A child is gone, or given up on, while everything stops: what it depended on may follow.
    mutating func stoppedDuringStop(_ index: Int) {
        for name in slots[index].spec.dependsOn {
            livingDependents[name, default: 1] -= 1
            guard livingDependents[name] == 0, let next = indices[name], slots[next].isAlive else { continue }
            if case .stopping = slots[next].phase { continue }
            beginStop(next, then: .stop)
        }
        endIfEmpty()
    }

    private mutating func endIfEmpty() {
        guard isStopping, !isEnded, livingCount == 0, let end else { return }
        isEnded = true
        actions.append(.ended(end))
    }

    /// Tells those that are stopping already that they have less time.
    private mutating func hurry() {
        for index in slots.indices {
            if case .stopping = slots[index].phase { sendStop(index) }
        }
    }

    mutating func beginStop(_ index: Int, then next: ChildSlot.Next) {
        emit(.stopping(service: slots[index].spec.name))
        move(index, to: .stopping(then: next))
        slots[index].stopAskedAt = now
        sendStop(index)
    }

    /// Sends the order, or a stronger one. A life that has not begun yet gets it as soon as it has.
    mutating func sendStop(_ index: Int) {
        let slot = slots[index]
        let name = slot.spec.name
        guard !slot.isForced else { return actions.append(.kill(name)) }
        let left = stopDeadline.map { max(.zero, $0 - now) } ?? slot.spec.stop.timeout
        let grace = min(slot.spec.stop.timeout, left)
        actions.append(
            .stop(name, StopOrder(signal: slot.spec.stop.signal, drain: min(slot.spec.stop.drain, grace), grace: grace))
        )
        // A supervisor gives up on its own children, by the same deadline.
        let wait = slot.spec.kind == .command || slot.spec.kind == .group ? grace + Self.killWait : grace
        schedule(index, after: wait)
    }

    mutating func settle(_ index: Int) {
        let asked = slots[index].stopAskedAt
        move(index, to: .stopped)
        emit(.stopped(service: slots[index].spec.name, after: asked.map { now - $0 }))
    }

    mutating func forceKill() {
        guard !isEnded else { return }
        stopDeadline = now
        for index in slots.indices { slots[index].isForced = true }
        if !isStopping { stopAll(end: .stopped) }
        for index in slots.indices where slots[index].isAlive {
            if case .stopping = slots[index].phase { sendStop(index) } else { beginStop(index, then: .stop) }
            schedule(index, after: Self.killWait)
        }
    }

    /// It had its time, and all force there is, and still runs.
    mutating func giveUp(_ index: Int) {
        guard case .stopping(let next) = slots[index].phase else { return }
        let slot = slots[index]
        let after = now - (slot.stopAskedAt ?? now)
        actions.append(.giveUp(slot.spec.name, after: after))
        move(index, to: .lost(then: next))
        guard !isStopping else { return stoppedDuringStop(index) }
        // A copy that may never end is a failure that no restart can mend.
        if next != .stop, next != .remove {
            lostMember(index)
            trip("\(slot.spec.name) did not end within \(after.forPeople)")
        }
    }
}

// MARK: Commands

extension SupervisorMachine {
    mutating func perform(_ command: ServiceCommand, on index: Int) {
        guard hasStarted, !isStopping else { return }
        switch command {
        case .start: startOne(index)
        case .stop: stopOne(index)
        case .restart:
            slots[index].failures = 0
            slots[index].isExhausted = false
            switch slots[index].phase {
            case .starting where !slots[index].hasBegun: break
            case .starting, .running: beginStop(index, then: .restart(.asked))
            case .stopping(then: .stop): slots[index].phase = .stopping(then: .restart(.asked))
            case .lost(then: .stop): slots[index].phase = .lost(then: .restart(.asked))
            case .stopping, .lost: break
            case .waiting, .backingOff, .stopped, .failed: startOne(index)
            }
        }
    }

    private mutating func startOne(_ index: Int) {
        switch slots[index].phase {
        case .backingOff, .stopped, .failed:
            slots[index].failures = 0
            slots[index].isExhausted = false
            slots[index].restartReason = slots[index].life == 0 ? nil : .asked
            endRound(of: slots[index].spec.name)
            begin(index)
            beginWaiting()
        case .stopping(then: .stop): slots[index].phase = .stopping(then: .restart(.asked))
        case .lost(then: .stop): slots[index].phase = .lost(then: .restart(.asked))
        case .waiting, .starting, .running, .stopping, .lost: break
        }
    }

    private mutating func stopOne(_ index: Int) {
        switch slots[index].phase {
        case .starting, .running: beginStop(index, then: .stop)
        case .stopping(then: .remove), .lost(then: .remove): break
        case .stopping:
            slots[index].phase = .stopping(then: .stop)
            lostMember(index)
        case .lost: slots[index].phase = .lost(then: .stop)
        case .waiting, .backingOff, .failed:
            leaveRound(index)
            settle(index)
        case .stopped: break
        }
    }
}
