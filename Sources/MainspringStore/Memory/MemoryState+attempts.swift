import MainspringCore

extension MemoryState {
    mutating func claim(_ request: ClaimRequest, at instant: MonotonicInstant) -> [Lease] {
        let leaseUntil = instant + request.lease
        var demand = request.demand
        var claimed = request.unanswered.isEmpty ? [] : handAgain(&demand, request, until: leaseUntil)
        for (queue, slots) in demand.sorted(by: { $0.key < $1.key }) where paused[queue] != true && slots > 0 {
            // The oldest first, so that it is the one that keeps a key that two of them would hold.
            for place in front(of: queue, slots, for: request).sorted(by: { $0.seq < $1.seq }) {
                guard let job = jobs[place.seq] else { continue }
                let token = AttemptToken(rawValue: request.nonce + ".\(job.seq)")
                change(job, now: request.now) { job in
                    job.record.state = .running
                    job.record.startedAt = request.now
                    job.record.node = request.owner.name
                    job.record.progress = nil
                    job.record.heartbeatAt = nil
                    job.hold = .init(owner: request.owner, token: token, leaseUntil: leaseUntil)
                }
                claimed.append(place)
            }
        }
        return claimed.sorted().compactMap { place in
            guard let job = running[place.seq], let hold = job.hold else { return nil }
            return Lease(job: job.record, token: hold.token)
        }
    }

    /// What earlier requests of the owner were handed, as far as there is demand for it.
    private func handAgain(
        _ demand: inout [String: Int], _ request: ClaimRequest, until: MonotonicInstant
    ) -> [OrderedLine.Place] {
        let lost = running.values.filter { job in
            job.hold.map { $0.owner == request.owner && request.unanswered.contains($0.token.nonce) } ?? false
        }
        return lost.sorted { $0.place < $1.place }.compactMap { job in
            guard let slots = demand[job.record.queue], slots > 0 else { return nil }
            demand[job.record.queue] = slots - 1
            let token = AttemptToken(rawValue: request.nonce + ".\(job.seq)")
            job.hold = .init(owner: request.owner, token: token, leaseUntil: until)
            return job.place
        }
    }

    /// The first jobs in line that the node can run.
    private func front(of queue: String, _ slots: Int, for request: ClaimRequest) -> [OrderedLine.Place] {
        var front: [OrderedLine.Place] = []
        for place in queues[queue]?.line.places ?? [] {
            guard front.count < slots else { break }
            guard let job = jobs[place.seq], job.record.version <= request.kinds[job.record.kind] ?? 0 else { continue }
            front.append(place)
        }
        return front
    }

    /// The running job that the token holds.
    func holder(of token: AttemptToken) -> MemoryJob? {
        guard let job = token.seq.flatMap({ running[$0] }), job.hold?.token == token else { return nil }
        return job
    }

    func renew(_ tokens: [AttemptToken], until: MonotonicInstant) -> Renewal {
        var renewal = Renewal()
        for token in tokens {
            guard let job = holder(of: token) else {
                renewal.lost.insert(token)
                continue
            }
            if job.record.cancelRequestedAt != nil { renewal.cancelRequested.insert(token) }
            job.hold?.leaseUntil = until
        }
        return renewal
    }

    func report(_ reports: [AttemptReport], now: Timestamp) -> [ReportResult] {
        reports.map { report in
            guard let job = checksTokens ? holder(of: report.token) : job(report.id), job.record.id == report.id,
                job.hold != nil
            else { return .stale }
            job.record.heartbeatAt = now
            if let progress = report.progress { job.record.progress = progress }
            if let output = report.output { job.hold?.output = output }
            return .recorded(cancelRequested: job.record.cancelRequestedAt != nil)
        }
    }

    /// The next state must be one that a running job can have.
    mutating func settle(_ settlements: [Settlement]) -> [SettleResult] {
        var results: [SettleResult] = []
        // A span lends each; an array would copy it.
        let span = settlements.span
        for index in span.indices { results.append(settle(span[index])) }
        return results
    }

    private mutating func settle(_ settlement: Settlement) -> SettleResult {
        guard let job = checksTokens ? holder(of: settlement.token) : job(settlement.id),
            job.record.id == settlement.id, job.record.state == .running, job.record.queue == settlement.queue
        else { return .stale }
        let now = settlement.attempt.finishedAt ?? settlement.availableAt
        change(job, now: now) { $0.end(with: settlement) }
        return .settled(job.record.state)
    }

    mutating func promote(now: Timestamp, limit: Int) -> Promotion {
        var promotion = Promotion()
        for place in due.places.prefix(max(0, limit)) where place.key <= now.microseconds {
            guard let job = jobs[place.seq] else { continue }
            change(job, now: now) { $0.record.state = .available }
            promotion.promoted[job.record.queue, default: 0] += 1
        }
        promotion.nextDue = due.first.map { Timestamp(microseconds: $0.key) }
        return promotion
    }

    mutating func reclaim(now: Timestamp, limit: Int, at instant: MonotonicInstant) -> [ReclaimedJob] {
        let alive = Set(liveNodes(at: instant).map(\.identity))
        let lost = running.values.sorted { $0.seq < $1.seq }.filter { job in
            guard let hold = job.hold else { return false }
            return !alive.contains(hold.owner) || hold.leaseUntil < instant
        }
        return lost.prefix(max(0, limit)).map { job in
            change(job, now: now) { $0.comeBack(now: now) }
            return ReclaimedJob(
                id: job.record.id, kind: job.record.kind, queue: job.record.queue, state: job.record.state)
        }
    }
}

extension MemoryJob {
    fileprivate func end(with settlement: Settlement) {
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

    fileprivate func comeBack(now: Timestamp) {
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

extension AttemptToken {
    /// Of its job: it stands behind the nonce.
    fileprivate var seq: Int64? {
        rawValue.utf8.lastIndex(of: UInt8(ascii: ".")).flatMap { Int64(rawValue[$0...].dropFirst()) }
    }

    /// Of the request that it was handed out for.
    fileprivate var nonce: String {
        rawValue.utf8.lastIndex(of: UInt8(ascii: ".")).map { String(rawValue[..<$0]) } ?? rawValue
    }
}
