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
        // It can end before its beginning is heard of.
        if !slot.hasBegun { emit(.starting(service: name, pid: nil)) }
        slots[index].isLive = false
        slots[index].pid = nil
        slots[index].lastExit = end.detail
        slots[index].lastStop = slot.stopAskedAt.map { now - $0 } ?? slot.lastStop
        if end.wasKilled || slot.isForced { emit(.killed(service: name)) }
        emit(.exited(service: name, status: end.detail, after: age(index)))
        switch slot.phase {
        case .lost(let next): foundAgain(index, next)
        case _ where isStopping:
            settle(index)
            stoppedDuringStop(index)
        case .stopping(let next): stopped(index, next)
        default: ended(index, reason: end.isSuccess ? .exit : .crash, end: end)
        }
    }

    /// A missing program is a crash like any other: it may be put there while the node runs.
    mutating func beginFailed(_ index: Int, reason: String) {
        slots[index].isLive = false
        slots[index].lastExit = reason
        emit(.notReady(service: slots[index].spec.name, reason: reason))
        if isStopping {
            settle(index)
            return stoppedDuringStop(index)
        }
        if case .stopping(let next) = slots[index].phase { return stopped(index, next) }
        ended(index, reason: .crash, end: ChildEnd(isSuccess: false, detail: reason))
    }

    /// A child that was asked to end has ended.
    private mutating func stopped(_ index: Int, _ next: ChildSlot.Next) {
        switch next {
        case .restart(.asked):
            slots[index].restartReason = .asked
            begin(index)
        case .restart(let reason):
            ended(index, reason: reason, end: ChildEnd(isSuccess: false, detail: slots[index].lastExit ?? "ended"))
        case .rejoin:
            rejoin(index)
            advanceRound()
        case .stop: settle(index)
        case .remove: forget(index)
        }
    }

    /// One that was given up on has ended after all.
    private mutating func foundAgain(_ index: Int, _ next: ChildSlot.Next) {
        switch next {
        case .restart(let reason) where !isStopping:
            slots[index].restartReason = reason
            begin(index)
        case .rejoin where !isStopping:
            rejoin(index)
            begin(index)
        case .remove: forget(index)
        default: settle(index)
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
        if recentRestarts.count > policy.maxRestarts {
            let times = recentRestarts.count == 1 ? "1 restart" : "\(recentRestarts.count) restarts"
            slots[index].isExhausted = true
            guard policy.onExhausted == .backOff else {
                move(index, to: .failed)
                return trip("\(times) within \(policy.within.text), the last of \(spec.name) after \(end.detail)")
            }
            emit(
                .exhausted(
                    supervisor: name,
                    reason: "\(times) within \(policy.within.text): \(spec.name) stays at its longest backoff"))
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
            case .stopped where !slot.isComplete, .failed, .lost(then: .stop), .lost(then: .remove): continue
            case .stopping(then: .stop), .stopping(then: .remove): continue
            default: members.insert(slot.spec.name)
            }
        }
        members.insert(trigger.spec.name)
        round = RestartRound(trigger: trigger.spec.name, members: members, due: now + delay)
        move(index, to: .waiting)
        for member in ordered() where members.contains(slots[member].spec.name) && member != index {
            switch slots[member].phase {
            case .backingOff, .stopped: rejoin(member)
            case .stopping(then: .restart): slots[member].phase = .stopping(then: .rejoin)
            default: break
            }
        }
        advanceRound()
    }

    /// Stops the members on which no living member depends; once all are gone, the trigger's backoff runs.
    private mutating func advanceRound() {
        guard let round, !isStopping else { return }
        var isGone = true
        for index in ordered().reversed() where round.members.contains(slots[index].spec.name) {
            guard slots[index].isAlive else { continue }
            isGone = false
            if case .stopping = slots[index].phase { continue }
            let name = slots[index].spec.name
            let isNeeded = (dependents[name] ?? []).contains { round.members.contains($0) && self[$0]?.isAlive == true }
            if !isNeeded { beginStop(index, then: .rejoin) }
        }
        guard isGone, let trigger = indices[round.trigger], slots[trigger].phase == .waiting else { return }
        move(trigger, to: .backingOff(until: round.due))
        schedule(trigger, after: max(.zero, round.due - now))
    }

    /// A member is gone and waits for the others, unless its policy leaves it at that.
    private mutating func rejoin(_ index: Int) {
        modify(index) { $0.isComplete = false }
        guard slots[index].spec.restart != .never else {
            leaveRound(index)
            return settle(index)
        }
        slots[index].restartReason = .sibling
        move(index, to: .waiting)
    }

    /// The child goes no longer with the round; without its trigger the round is over.
    mutating func leaveRound(_ index: Int) {
        let name = slots[index].spec.name
        guard round?.members.remove(name) != nil else { return }
        guard round?.trigger == name else { return }
        round = nil
        beginWaiting()
    }

    /// A member will not come back soon: the others go on without it.
    mutating func lostMember(_ index: Int) {
        guard round?.members.contains(slots[index].spec.name) == true else { return }
        leaveRound(index)
        advanceRound()
    }

    mutating func endRound(of trigger: String) {
        if round?.trigger == trigger { round = nil }
    }
}
