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
        for index in ordered().reversed() {
            switch slots[index].phase {
            case .waiting, .backingOff: settle(index)
            case .lost(then: .restart), .lost(then: .rejoin): slots[index].phase = .lost(then: .stop)
            case .stopping:
                slots[index].phase = .stopping(then: .stop)
                sendStop(index)
            case .starting, .running: stopUnneeded(index)
            case .lost, .stopped, .failed: break
            }
        }
    }

    /// Stops a child on which no living one depends; the others follow as theirs are gone, or given up on.
    mutating func stopUnneeded(_ index: Int) {
        guard slots[index].livingDependents == 0 else { return }
        switch slots[index].phase {
        case .starting, .running: beginStop(index, then: isStopping ? .stop : .rejoin)
        case .waiting, .stopping, .backingOff, .lost, .stopped, .failed: break
        }
    }

    mutating func endIfEmpty() {
        guard livingCount == 0, let end else { return }
        if !isEnded { actions.append(.ended(end)) }
        isEnded = true
        guard lostCount == 0, !isGone else { return }
        isGone = true
        actions.append(.gone)
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
        let policy = slot.spec.stop
        let waited = now - (slot.stopAskedAt ?? now)
        var wait = Self.killWait
        if slot.isForced {
            actions.append(.kill(name))
        } else {
            let left = stopDeadline.map { max(.zero, $0 - now) } ?? policy.timeout
            let grace = min(max(.zero, policy.timeout - waited), left)
            let drain = min(max(.zero, policy.drain - waited), grace)
            actions.append(.stop(name, StopOrder(signal: policy.signal, drain: drain, grace: grace)))
            wait = slot.spec.kind == .command ? grace + Self.killWait : grace
        }
        // A supervisor gives up on its own children, and then says so.
        guard slot.spec.kind != .group || !slot.hasBegun else { return actions.append(.cancel(name)) }
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
        }
    }

    /// It had its time, and all force there is, and still runs.
    mutating func giveUp(_ index: Int) {
        guard case .stopping(let next) = slots[index].phase else { return }
        let slot = slots[index]
        let after = now - (slot.stopAskedAt ?? now)
        actions.append(.giveUp(slot.spec.name, after: after))
        move(index, to: .lost(then: next))
        // A copy that may never end is a failure that no restart can mend.
        if next != .stop, next != .remove { trip("\(slot.spec.name) did not end within \(after.forPeople)") }
    }

    /// A supervisor below has ended without all of its children.
    mutating func stuck(_ index: Int, _ end: ChildEnd) {
        switch slots[index].phase {
        case .starting, .running:
            noteBegun(index)
            slots[index].lastExit = end.detail
            slots[index].stopAskedAt = now
            actions.append(.giveUp(slots[index].spec.name, after: .zero))
            move(index, to: .lost(then: .restart(.crash)))
            if !end.isFinal { trip("\(slots[index].spec.name): \(end.detail)") }
        case .stopping: giveUp(index)
        case .waiting, .backingOff, .lost, .stopped, .failed: break
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
            forgive(index)
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
            forgive(index)
            slots[index].restartReason = slots[index].life == 0 ? nil : .asked
            beginAgain(index)
        case .stopping(then: .stop): slots[index].phase = .stopping(then: .restart(.asked))
        case .lost(then: .stop): slots[index].phase = .lost(then: .restart(.asked))
        case .waiting, .starting, .running, .stopping, .lost: break
        }
    }

    /// Whoever asks for a start may have mended it.
    private mutating func forgive(_ index: Int) {
        slots[index].failures = 0
        slots[index].isExhausted = false
    }

    private mutating func stopOne(_ index: Int) {
        switch slots[index].phase {
        case .starting, .running: beginStop(index, then: .stop)
        case .stopping(then: .remove), .lost(then: .remove): break
        case .stopping: slots[index].phase = .stopping(then: .stop)
        case .lost: slots[index].phase = .lost(then: .stop)
        case .waiting, .backingOff, .failed:
            leaveRound(index)
            settle(index)
        case .stopped: break
        }
    }
}
