import MainspringCore

/// A restart of several children together: all of them end first, then the one that failed waits out its backoff, then all
/// begin in order.
struct RestartRound: Sendable, Equatable {
    /// The child that failed.
    var trigger: String
    /// It and those that go with it.
    var members: Set<String>
    /// The end of the trigger's backoff.
    var due: MonotonicInstant
    var livingCount = 0
}

extension SupervisorMachine {
    mutating func ended(_ index: Int, _ end: ChildEnd) {
        guard slots[index].isLive else { return }
        let slot = slots[index]
        let name = slot.spec.name
        if slot.phase == .running, now - slot.since >= slot.spec.backoff.resetAfter {
            slots[index].failures = 0
            slots[index].isExhausted = false
        }
        noteBegun(index)
        slots[index].lastStop = slot.stopAskedAt.map { now - $0 } ?? slot.lastStop
        if end.wasKilled || (slot.isForced && slot.spec.kind == .command) { emit(.killed(service: name)) }
        emit(.exited(service: name, status: end.detail, after: age(index)))
        over(index, end, reason: end.isSuccess ? .exit : .crash)
    }

    /// A missing program is a crash like any other: it may be put there while the node runs.
    mutating func beginFailed(_ index: Int, reason: String) {
        guard slots[index].isLive else { return }
        emit(.notReady(service: slots[index].spec.name, reason: reason))
        over(index, ChildEnd(isSuccess: false, detail: reason), reason: .crash)
    }

    /// Nothing of the life is left.
    private mutating func over(_ index: Int, _ end: ChildEnd, reason: ServiceEvent.RestartReason) {
        slots[index].isLive = false
        slots[index].pid = nil
        slots[index].lastExit = end.detail
        switch slots[index].phase {
        case _ where isStopping: settle(index)
        case .lost(let next): foundAgain(index, next, end)
        case .stopping(let next): stopped(index, next, end)
        // It would have been stopped with the others.
        case _ where isInRound(index) && !end.isFinal: rejoin(index)
        default: ended(index, reason: reason, end: end)
        }
    }

    /// A child that was asked to end has ended.
    private mutating func stopped(_ index: Int, _ next: ChildSlot.Next, _ end: ChildEnd) {
        let asked = slots[index].stopAskedAt
        switch next {
        case .restart, .remove: emit(.stopped(service: slots[index].spec.name, after: asked.map { now - $0 }))
        // Told by what follows.
        case .rejoin, .stop: break
        }
        switch next {
        case .restart(.asked):
            slots[index].restartReason = .asked
            begin(index)
        case .restart(let reason): ended(index, reason: reason, end: ChildEnd(isSuccess: false, detail: end.detail))
        // Its own policy had ended it before the round reached it.
        case .rejoin where end.isFinal: ended(index, reason: .sibling, end: end)
        case .rejoin: rejoin(index)
        case .stop: settle(index)
        case .remove: forget(index)
        }
    }

    /// One that was given up on has ended after all.
    private mutating func foundAgain(_ index: Int, _ next: ChildSlot.Next, _ end: ChildEnd) {
        switch next {
        case .remove: forget(index)
        case .stop: settle(index)
        case _ where end.isFinal: move(index, to: .failed)
        case .restart(let reason):
            slots[index].restartReason = reason
            begin(index)
        case .rejoin: rejoin(index)
        }
    }

    private mutating func ended(_ index: Int, reason: ServiceEvent.RestartReason, end: ChildEnd) {
        let spec = slots[index].spec
        guard !end.isFinal, spec.restart == .always || (spec.restart == .onFailure && !end.isSuccess) else {
            leaveRound(index)
            modify(index) { $0.isComplete = end.isSuccess }
            move(index, to: end.isSuccess ? .stopped : .failed)
            if end.isSuccess {
                emit(.stopped(service: spec.name, after: nil))
                beginDependents(of: spec.name)
            } else {
                emit(.notReady(service: spec.name, reason: "\(end.detail), and not restarted"))
            }
            return
        }
        slots[index].failures += 1
        slots[index].restartReason = reason
        let (now, within) = (now, policy.within)
        recentRestarts.removeAll { now - $0 > within }
        recentRestarts.append(now)
        // How many more there are makes no difference.
        if recentRestarts.count > policy.maxRestarts + 1 { recentRestarts.removeFirst() }
        if recentRestarts.count > policy.maxRestarts {
            let times = recentRestarts.count == 1 ? "1 restart" : "\(recentRestarts.count) restarts"
            guard policy.onExhausted == .backOff else {
                move(index, to: .failed)
                return trip("\(times) within \(policy.within.text), the last of \(spec.name) after \(end.detail)")
            }
            if !slots[index].isExhausted {
                emit(
                    .exhausted(
                        supervisor: name,
                        reason: "\(times) within \(policy.within.text): \(spec.name) stays at its longest backoff"))
            }
            slots[index].isExhausted = true
        }
        let failures = slots[index].isExhausted ? Int.max : slots[index].failures
        let delay = spec.backoff.delay(afterFailures: failures, using: &random)
        emit(.backingOff(service: spec.name, delay: delay, restarts: slots[index].restarts))
        guard policy.strategy == .oneForOne else { return restartTogether(index, after: delay) }
        move(index, to: .backingOff(until: now + delay))
        schedule(index, after: delay)
    }

    /// What no restart can mend: by policy the supervisor ends, or goes on without the child.
    mutating func trip(_ reason: String) {
        guard policy.onExhausted != .backOff, !isStopping else { return }
        emit(.exhausted(supervisor: name, reason: reason))
        stopAll(end: .exhausted(policy.onExhausted, reason: reason))
    }
}

// MARK: Together

extension SupervisorMachine {
    private mutating func restartTogether(_ index: Int, after delay: Duration) {
        let trigger = slots[index]
        var members = round?.members ?? []
        for slot in slots where policy.strategy == .oneForAll || slot.order >= trigger.order {
            // One that was stopped by a command, or ended for good, is not started behind anybody's back.
            switch slot.phase {
            case .stopped where !slot.isComplete || slot.spec.restart == .never: continue
            case .failed, .lost(then: .stop), .lost(then: .remove): continue
            case .stopping(then: .stop), .stopping(then: .remove): continue
            default: members.insert(slot.spec.name)
            }
        }
        move(index, to: .waiting)
        round = RestartRound(
            trigger: trigger.spec.name, members: members, due: max(now + delay, round?.due ?? now),
            livingCount: slots.count { $0.isAlive && members.contains($0.spec.name) })
        for member in ordered().reversed() where members.contains(slots[member].spec.name) && member != index {
            switch slots[member].phase {
            case .backingOff, .stopped: rejoin(member)
            case .stopping(then: .restart): slots[member].phase = .stopping(then: .rejoin)
            default: stopUnneeded(member)
            }
        }
    }

    private func isInRound(_ index: Int) -> Bool {
        slots[index].spec.restart != .never && round?.members.contains(slots[index].spec.name) == true
    }

    /// Once all members are gone, the trigger's backoff runs.
    mutating func startBackoffOfRound() {
        guard let round, round.livingCount == 0, let trigger = indices[round.trigger],
            slots[trigger].phase == .waiting
        else { return }
        move(trigger, to: .backingOff(until: round.due))
        schedule(trigger, after: max(.zero, round.due - now))
    }

    /// A member is gone: it waits for the others, unless its policy leaves it at that.
    private mutating func rejoin(_ index: Int) {
        modify(index) { $0.isComplete = false }
        guard slots[index].spec.restart != .never else {
            modify(index) { $0.isPassedOver = true }
            settle(index)
            return beginDependents(of: slots[index].spec.name)
        }
        slots[index].restartReason = .sibling
        // The round may be over, without it.
        begin(index)
    }

    /// Its backoff is over, or cut short: those that wait for it begin too, in order.
    mutating func beginAgain(_ index: Int) {
        guard round?.trigger == slots[index].spec.name else { return begin(index) }
        round = nil
        move(index, to: .waiting)
        beginWaiting()
    }

    /// Without its trigger a round comes to nothing.
    mutating func leaveRound(_ index: Int) {
        guard round?.trigger == slots[index].spec.name else { return }
        round = nil
        isRoundLost = true
    }
}
