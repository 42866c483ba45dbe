import MainspringCore

extension ServiceSlot {
    func status(wall: Timestamp, now: MonotonicInstant) -> ServiceStatus {
        var restartsAt: Timestamp?
        if case .backingOff(let until) = phase { restartsAt = wall + (until - now) }
        return ServiceStatus(
            name: spec.name, state: state, isReady: phase == .running, pid: pid, restarts: restarts,
            since: wall - (now - since), lastExit: lastExit, restartsAt: restartsAt, dependsOn: spec.dependsOn)
    }

    private var state: ServiceStatus.State {
        switch phase {
        case .waiting: .waiting
        case .spawning, .starting: .starting
        case .running: .running
        case .stopping: .stopping
        case .backingOff: .backingOff
        case .stopped: .stopped
        case .failed: .failed
        }
    }
}

extension SupervisorMachine {
    /// Why the service is not ready, in one sentence.
    func detail(of slot: ServiceSlot, now: MonotonicInstant) -> String {
        switch slot.phase {
        case .waiting:
            let missing = slot.spec.dependsOn.filter { self[$0]?.isSatisfied != true }
            return missing.isEmpty ? "not started yet" : "waiting for \(missing.joined(separator: ", "))"
        case .spawning, .starting:
            return "not ready yet, \((now - slot.since).forPeople) of \(slot.spec.readiness.within.text)"
        case .backingOff(let until):
            let restarts = slot.restarts == 1 ? "1 restart" : "\(slot.restarts) restarts"
            return "backing off for \((until - slot.since).forPeople) after \(slot.lastExit ?? "no exit") (\(restarts))"
        case .stopping(then: .restart): return "restarting"
        case .stopping: return "stopping"
        case .failed: return "\(slot.lastExit ?? "failed"), and its restart policy is \(slot.spec.restart.rawValue)"
        case .stopped: return "stopped"
        case .running: return "ready"
        }
    }
}
