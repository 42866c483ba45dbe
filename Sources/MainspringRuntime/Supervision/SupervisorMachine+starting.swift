import MainspringCore

extension SupervisorMachine {
    mutating func start() {
        guard !hasStarted, !isStopping else { return }
        hasStarted = true
        beginWaiting()
    }

    mutating func beginWaiting() {
        guard hasStarted, !isStopping else { return }
        for index in ordered() where slots[index].phase == .waiting { begin(index) }
    }

    mutating func beginDependents(of name: String) { begin(dependents[name] ?? []) }

    mutating func begin(_ names: [String]) {
        for name in names {
            guard let index = indices[name], slots[index].phase == .waiting else { continue }
            begin(index)
        }
    }

    /// Begins a life, or has the child wait for what it depends on.
    mutating func begin(_ index: Int) {
        let isFree = hasStarted && !isStopping && round?.members.contains(slots[index].spec.name) != true
        if isFree { takeReplacement(index) }
        let spec = slots[index].spec
        // A sibling that was removed is waited for no longer.
        guard isFree, spec.dependsOn.allSatisfy({ self[$0]?.isSatisfied ?? true }) else {
            // What it once completed counts no longer: it is to be done again.
            modify(index) {
                $0.isComplete = false
                $0.isPassedOver = false
            }
            if slots[index].phase != .waiting { move(index, to: .waiting) }
            return
        }
        if let reason = slots[index].restartReason {
            slots[index].restarts += 1
            emit(.restarting(service: spec.name, reason: reason))
        }
        let now = now
        modify(index) {
            $0.restartReason = nil
            $0.isComplete = false
            $0.isPassedOver = false
            $0.degradation = nil
            $0.isSilent = false
            $0.stopAskedAt = nil
            $0.life += 1
            $0.isLive = true
            $0.hasBegun = false
            $0.begunAt = now
        }
        move(index, to: .starting)
        actions.append(.begin(spec.name, life: slots[index].life))
    }

    mutating func begun(_ index: Int, pid: Int32?) {
        let spec = slots[index].spec
        guard slots[index].isLive else { return }
        slots[index].pid = pid
        noteBegun(index)
        switch slots[index].phase {
        // The order to stop came first: the life could not be told before.
        case .stopping: return sendStop(index)
        case .lost: return actions.append(.kill(spec.name))
        case .starting: break
        case .waiting, .running, .backingOff, .stopped, .failed: return
        }
        guard spec.readiness.check != .started else { return ready(index) }
        // The children of a supervisor have start deadlines of their own.
        if spec.kind != .group { schedule(index, after: spec.readiness.within) }
        if spec.readiness.check != .reported {
            actions.append(.probe(spec.name, generation: slots[index].generation))
        }
    }

    /// What a life does can be heard of before its beginning is.
    mutating func noteBegun(_ index: Int) {
        guard !slots[index].hasBegun else { return }
        slots[index].hasBegun = true
        emit(.starting(service: slots[index].spec.name, pid: slots[index].pid))
    }

    mutating func ready(_ index: Int) {
        let spec = slots[index].spec
        emit(.ready(service: spec.name, after: age(index)))
        move(index, to: .running)
        if let silence = spec.silence { schedule(index, after: silence) }
        beginDependents(of: spec.name)
    }

    func age(_ index: Int) -> Duration { now - (slots[index].begunAt ?? now) }

    mutating func timerFired(_ index: Int, lastBeat: MonotonicInstant?) {
        let spec = slots[index].spec
        switch slots[index].phase {
        case .backingOff: beginAgain(index)
        case .starting:
            emit(.notReady(service: spec.name, reason: "not ready within \(spec.readiness.within.text)"))
            beginStop(index, then: .restart(.readiness))
        case .running: checkSilence(index, lastBeat: lastBeat)
        case .stopping: giveUp(index)
        case .waiting, .lost, .stopped, .failed: break
        }
    }
}

// MARK: Reports

extension SupervisorMachine {
    mutating func reported(_ index: Int, _ report: ChildReport) {
        let name = slots[index].spec.name
        switch report {
        case .ready:
            guard slots[index].phase == .starting, slots[index].spec.readiness.check == .reported else { return }
            noteBegun(index)
            ready(index)
        case .degraded(let reason):
            guard slots[index].phase == .running, slots[index].degradation != reason else { return }
            if slots[index].degradation == nil { emit(.degraded(service: name, reason: reason)) }
            slots[index].degradation = reason
        case .recovered:
            guard slots[index].degradation != nil else { return }
            slots[index].degradation = nil
            emit(.recovered(service: name))
        case .failing(let reason):
            guard slots[index].phase == .running || slots[index].phase == .starting else { return }
            emit(.notReady(service: name, reason: reason))
            beginStop(index, then: .restart(.crash))
        case .stuck(let end): stuck(index, end)
        case .ended(let end): ended(index, end)
        }
    }

    private mutating func checkSilence(_ index: Int, lastBeat: MonotonicInstant?) {
        let slot = slots[index]
        guard let silence = slot.spec.silence else { return }
        let quiet = now - max(lastBeat ?? slot.since, slot.since)
        if quiet >= silence * 2 {
            emit(.notReady(service: slot.spec.name, reason: "no heartbeat for \(quiet.forPeople)"))
            beginStop(index, then: .restart(.silence))
        } else if quiet >= silence {
            if !slot.isSilent {
                emit(.degraded(service: slot.spec.name, reason: "no heartbeat for \(quiet.forPeople)"))
                slots[index].isSilent = true
            }
            schedule(index, after: min(silence / 4, silence * 2 - quiet))
        } else {
            if slot.isSilent {
                emit(.recovered(service: slot.spec.name))
                slots[index].isSilent = false
            }
            schedule(index, after: silence - quiet)
        }
    }
}
