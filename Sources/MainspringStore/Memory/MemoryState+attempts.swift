import MainspringCore

extension MemoryState {
    mutating func claim(_ request: ClaimRequest) -> [Lease] {
        var claimed: [(place: OrderedLine.Place, lease: Lease)] = []
        for (queue, slots) in request.demand.sorted(by: { $0.key < $1.key }) where paused[queue] != true && slots > 0 {
            let front = available[queue]?.prefix(slots) { seq in
                jobs[seq].map { request.kinds.contains($0.record.kind) } ?? false
            }
            // The oldest first, so that it is the one that keeps a key that two of them would hold.
            for place in (front ?? []).sorted(by: { $0.seq < $1.seq }) {
                if let lease = claim(place, for: request) { claimed.append((place, lease)) }
            }
        }
        return claimed.sorted { $0.place < $1.place }.map(\.lease)
    }

    private mutating func claim(_ place: OrderedLine.Place, for request: ClaimRequest) -> Lease? {
        let token = AttemptToken(rawValue: "\(request.nonce).\(place.seq)")
        let record = change(place.seq) { job in
            job.record.state = .running
            job.record.startedAt = request.now
            job.record.node = request.owner.name
            job.hold = .init(owner: request.owner, token: token, leaseUntil: request.leaseUntil)
        }
        return record.map { Lease(job: $0, token: token, expiresAt: request.leaseUntil) }
    }

    mutating func renew(_ tokens: [AttemptToken], until: Timestamp) -> Renewal {
        let holders = Dictionary(running.compactMap { seq in jobs[seq]?.hold.map { ($0.token, seq) } }) { first, _ in
            first
        }
        var renewal = Renewal()
        for token in tokens {
            guard let seq = holders[token], let job = jobs[seq] else {
                renewal.lost.insert(token)
                continue
            }
            if job.record.cancelRequestedAt != nil { renewal.cancelRequested.insert(token) }
            change(seq) { $0.hold?.leaseUntil = until }
        }
        return renewal
    }

    /// Every next state must be one that a running job can have.
    mutating func settle(_ settlements: [Settlement]) -> [SettleResult] {
        settlements.map { settlement in
            guard let job = job(settlement.id), job.record.state == .running, job.record.queue == settlement.queue,
                !checksTokens || job.hold?.token == settlement.token
            else { return .stale }
            change(job.seq) { $0.end(with: settlement) }
            return .settled(jobs[job.seq]?.record.state ?? settlement.nextState)
        }
    }

    mutating func promote(now: Timestamp, limit: Int) -> Promotion {
        var promotion = Promotion()
        for place in due.places.prefix(max(0, limit)) where place.key <= now.microseconds {
            guard let record = change(place.seq, { $0.record.state = .available }) else { continue }
            promotion.promoted[record.queue, default: 0] += 1
        }
        promotion.nextDue = due.first.map { Timestamp(microseconds: $0.key) }
        return promotion
    }

    mutating func reclaim(owner: NodeIdentity, now: Timestamp, limit: Int) -> [ReclaimedJob] {
        let lost = running.sorted().filter { seq in
            guard let hold = jobs[seq]?.hold else { return false }
            return hold.owner.name == owner.name ? hold.owner.incarnation != owner.incarnation : hold.leaseUntil < now
        }
        return lost.prefix(max(0, limit)).compactMap { seq in
            change(seq) { $0.comeBack(now: now) }.map {
                ReclaimedJob(id: $0.id, kind: $0.kind, queue: $0.queue, state: $0.state)
            }
        }
    }
}

extension MemoryJob {
    fileprivate mutating func end(with settlement: Settlement) {
        let cutShort = record.cancelRequestedAt != nil && !settlement.nextState.isFinal
        record.state = cutShort ? .cancelled : settlement.nextState
        record.attempt += settlement.usesAttempt ? 1 : 0
        record.snoozes += settlement.isSnooze ? 1 : 0
        record.priority = settlement.priority
        record.startedAt = settlement.attempt.startedAt
        record.finishedAt = record.state.isFinal ? settlement.attempt.finishedAt ?? settlement.availableAt : nil
        if !record.state.isFinal { record.scheduledAt = settlement.availableAt }
        record.result = settlement.result
        if let error = settlement.attempt.error { record.error = error }
        record.node = nil
        hold = nil
        append(Attempt(record: settlement.attempt, output: settlement.output))
    }

    fileprivate mutating func comeBack(now: Timestamp) {
        let cut = AttemptRecord(
            number: record.attempt + 1, node: record.node ?? "", startedAt: record.startedAt ?? now, finishedAt: now,
            outcome: .interrupted)
        append(Attempt(record: cut, output: AttemptOutput()))
        record.state = record.cancelRequestedAt == nil ? .available : .cancelled
        record.finishedAt = record.state.isFinal ? now : nil
        record.rescues += 1
        record.node = nil
        hold = nil
    }
}
