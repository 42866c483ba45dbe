import MainspringCore

extension MemoryState {
    mutating func restore(
        _ snapshots: [JobSnapshot], fired: [String: Timestamp], now: Timestamp
    ) -> [RestoreResult] {
        for (schedule, instant) in fired { fire(through: instant, of: schedule) }
        return snapshots.map { restore($0, now: now) }
    }

    private mutating func restore(_ snapshot: JobSnapshot, now: Timestamp) -> RestoreResult {
        var record = snapshot.record
        guard job(record.id) == nil else { return .duplicate }
        record.node = nil
        record.parked = nil
        if record.state == .pending, record.unique.flatMap({ holder(ofKey: $0.released.key, now: now) }) == nil {
            record.unique = record.unique?.released
            record.state = record.scheduledAt > now ? .scheduled : .available
        }
        var result = RestoreResult.restored
        if let hold = record.unique, hold.states.contains(record.state),
            let holder = holder(ofKey: hold.key, now: now)
        {
            record.unique = nil
            if !record.state.isFinal {
                result = .yielded(to: holder.record.id)
                record.yield(to: holder.record.id, now: now)
            }
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
