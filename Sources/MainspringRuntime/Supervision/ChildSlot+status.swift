import MainspringCore

extension ChildSlot {
    func status(wall: Timestamp, now: MonotonicInstant, detail: String?) -> ChildStatus {
        var restartsAt: Timestamp?
        if case .backingOff(let until) = phase { restartsAt = wall + (until - now) }
        let isReady = isReady(now: now)
        return ChildStatus(
            name: spec.name, kind: spec.kind, state: state(now: now), isReady: isReady, since: wall - (now - since),
            startedAt: isLive ? begunAt.map { wall - (now - $0) } : nil, pid: pid, restarts: restarts,
            lastExit: lastExit, restartsAt: restartsAt, dependsOn: spec.dependsOn, site: spec.site,
            detail: isReady ? nil : detail, lastStop: lastStop, stopTimeout: spec.stop.timeout)
    }

    private func state(now: MonotonicInstant) -> ChildStatus.State {
        switch phase {
        case .waiting: .waiting
        case .starting: .starting
        case .running: isReady(now: now) ? .running : .degraded
        case .stopping: .stopping
        case .backingOff: .backingOff
        case .stopped: .stopped
        case .failed, .lost: .failed
        }
    }
}

extension SupervisorMachine {
    /// The children in start order, without what is below them.
    func statuses(wall: Timestamp, now: MonotonicInstant) -> [ChildStatus] {
        ordered().map { slots[$0].status(wall: wall, now: now, detail: detail(of: slots[$0], now: now)) }
    }

    private var givenUp: String? {
        guard case .exhausted(_, let reason)? = end else { return nil }
        return "\(name) has given up (\(reason))"
    }

    /// Why the child is not ready, in one sentence.
    private func detail(of slot: ChildSlot, now: MonotonicInstant) -> String {
        switch slot.phase {
        case .waiting:
            if let round, round.members.contains(slot.spec.name) { return "restarts together with \(round.trigger)" }
            let missing = slot.spec.dependsOn.filter { self[$0]?.isSatisfied == false }
            return missing.isEmpty ? "not started yet" : "waiting for \(missing.joined(separator: ", "))"
        case .starting where slot.spec.kind == .group: return "not all of its children are ready yet"
        case .starting: return "not ready yet, \((now - slot.since).forPeople) of \(slot.spec.readiness.within.text)"
        case .backingOff(let until):
            let restarts = slot.restarts == 1 ? "1 restart" : "\(slot.restarts) restarts"
            return "backing off for \((until - slot.since).forPeople) after \(slot.lastExit ?? "no exit") (\(restarts))"
        case .stopping(then: .restart), .stopping(then: .rejoin): return "restarting"
        case .stopping: return "stopping"
        case .lost: return "did not end when it had to, and still runs"
        case .failed:
            let why = slot.spec.restart == .never ? "its restart policy is never" : givenUp ?? "it is not restarted"
            return "\(slot.lastExit ?? "failed"), and \(why)"
        case .stopped: return givenUp.map { "stopped: \($0)" } ?? "stopped"
        case .running:
            if slot.isSilent { return "no heartbeat within \(slot.spec.silence?.text ?? "its time")" }
            if let degradation = slot.degradation { return degradation }
            return slot.flaps(now) ? "restarted too often: \(slot.lastExit ?? "no exit") last" : "ready"
        }
    }
}
