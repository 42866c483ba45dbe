import MainspringCore

extension MemoryState {
    mutating func restore(
        _ snapshots: [JobSnapshot], fired: [String: Timestamp], now: Timestamp
    ) -> [RestoreResult] {
        for (schedule, instant) in fired { fire(through: instant, of: schedule) }
        return snapshots.map { restore($0, now: now) }
    }

    private mutating func restore(_ snapshot: JobSnapshot, now: Timestamp) -> RestoreResult {
        let snapshot = snapshot.atRest
        var record = snapshot.record
        guard job(record.id) == nil else { return .duplicate }
        if record.state == .pending {
            let awaited = record.awaitedKey.flatMap { holder(ofKey: $0, now: now) }
            if awaited?.record.state.isFinal ?? true { record.waitNoLonger(now: now) }
        }
        var result = RestoreResult.restored
        if let holder = keyHolder(against: record, now: now) {
            result = record.resign(to: holder.record.id, now: now)
        }
        let job = add(record)
        for attempt in snapshot.attempts { job.append(.init(record: attempt.record, output: attempt.output)) }
        return result
    }

    private mutating func fire(through instant: Timestamp, of schedule: String) {
        var instants = occurrences[schedule] ?? []
        guard instants.last.map({ $0 < instant }) ?? true else { return }
        instants.append(instant)
        if instants.count > StoreLimits.occurrencesPerSchedule { instants.removeFirst() }
        occurrences[schedule] = instants
    }
}
