import MainspringCore

extension MemoryState {
    mutating func claim(_ request: ClaimRequest, at instant: MonotonicInstant) -> [Lease] {
        var claimed: [(place: OrderedLine.Place, lease: Lease)] = []
        for (queue, slots) in request.demand.sorted(by: { $0.key < $1.key }) where paused[queue] != true && slots > 0 {
            let front = available[queue]?.prefix(slots) { seq in
                guard let job = jobs[seq]?.record else { return false }
                return job.version <= request.kinds[job.kind] ?? 0
            }
            // The oldest first, so that it is the one that keeps a key that two of them would hold.
            for place in (front ?? []).sorted(by: { $0.seq < $1.seq }) {
                if let lease = claim(place, for: request, at: instant) { claimed.append((place, lease)) }
            }
        }
        return claimed.sorted { $0.place < $1.place }.map(\.lease)
    }

    private mutating func claim(
        _ place: OrderedLine.Place, for request: ClaimRequest, at instant: MonotonicInstant
    ) -> Lease? {
        let token = AttemptToken(rawValue: "\(request.nonce).\(place.seq)")
        let record = change(place.seq, now: request.now) { job in
            job.record.state = .running
            job.record.startedAt = request.now
            job.record.node = request.owner.name
            job.record.progress = nil
            job.record.heartbeatAt = nil
            job.hold = .init(owner: request.owner, token: token, leaseUntil: instant + request.lease)
        }
        return record.map { Lease(job: $0, token: token) }
    }

    /// The running job that the token holds.
    func holder(of token: AttemptToken) -> MemoryJob? {
        // A token carries its job's number behind its nonce.
        guard let seq = token.rawValue.split(separator: ".").last.flatMap({ Int64($0) }), let job = jobs[seq],
            job.hold?.token == token
        else { return nil }
        return job
    }

    mutating func renew(_ tokens: [AttemptToken], until: MonotonicInstant) -> Renewal {
        var renewal = Renewal()
        for token in tokens {
            guard let job = holder(of: token) else {
                renewal.lost.insert(token)
                continue
            }
            if job.record.cancelRequestedAt != nil { renewal.cancelRequested.insert(token) }
            jobs[job.seq]?.hold?.leaseUntil = until
        }
        return renewal
    }

    mutating func report(_ reports: [AttemptReport], now: Timestamp) -> [ReportResult] {
        reports.map { report in
            guard let job = checksTokens ? holder(of: report.token) : job(report.id), job.record.id == report.id,
                job.hold != nil
            else { return .stale }
            jobs[job.seq]?.record.heartbeatAt = now
            if let progress = report.progress { jobs[job.seq]?.record.progress = progress }
            if let output = report.output { jobs[job.seq]?.hold?.output = output }
            return .recorded(cancelRequested: job.record.cancelRequestedAt != nil)
        }
    }

    /// The next state must be one that a running job can have.
    mutating func settle(_ settlements: [Settlement]) -> [SettleResult] {
        settlements.map { settlement in
            guard let job = job(settlement.id), job.record.state == .running, job.record.queue == settlement.queue,
                !checksTokens || job.hold?.token == settlement.token
            else { return .stale }
            let now = settlement.attempt.finishedAt ?? settlement.availableAt
            change(job.seq, now: now) { $0.end(with: settlement) }
            return .settled(jobs[job.seq]?.record.state ?? settlement.nextState)
        }
    }

    mutating func promote(now: Timestamp, limit: Int) -> Promotion {
        var promotion = Promotion()
        for place in due.places.prefix(max(0, limit)) where place.key <= now.microseconds {
            guard let record = change(place.seq, now: now, { $0.record.state = .available }) else { continue }
            promotion.promoted[record.queue, default: 0] += 1
        }
        promotion.nextDue = due.first.map { Timestamp(microseconds: $0.key) }
        return promotion
    }

    mutating func reclaim(now: Timestamp, limit: Int, at instant: MonotonicInstant) -> [ReclaimedJob] {
        let alive = Set(liveNodes(at: instant).map(\.identity))
        let lost = running.sorted().filter { seq in
            guard let hold = jobs[seq]?.hold else { return false }
            return !alive.contains(hold.owner) || hold.leaseUntil < instant
        }
        return lost.prefix(max(0, limit)).compactMap { seq in
            change(seq, now: now) { $0.comeBack(now: now) }.map {
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
        record.rescues += 1
        if record.cancelRequestedAt != nil {
            record.state = .cancelled
        } else if record.rescues > record.maxRescues {
            record.state = .discarded
            record.error = .tooManyRescues(record.rescues)
        } else {
            record.state = .available
        }
        let cut = AttemptRecord(
            number: record.attempt + 1, node: record.node ?? "", startedAt: record.startedAt ?? now, finishedAt: now,
            outcome: .interrupted, error: record.state == .discarded ? record.error : nil)
        append(Attempt(record: cut, output: hold?.output ?? AttemptOutput()))
        record.finishedAt = record.state.isFinal ? now : nil
        record.node = nil
        hold = nil
    }
}
