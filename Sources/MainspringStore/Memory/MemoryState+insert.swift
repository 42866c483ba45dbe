import MainspringCore

extension MemoryState {
    mutating func insert(_ groups: [[NewJob]]) -> [[InsertResult]] {
        groups.map { insert($0) }
    }

    private mutating func insert(_ group: [NewJob]) -> [InsertResult] {
        let firstNew = lastSeq + 1
        let occurrencesBefore = occurrences
        let countsBefore = counts
        let results = group.map { insert($0) }
        guard results.contains(where: \.isRefusal) else { return results }
        for seq in stride(from: lastSeq, through: firstNew, by: -1) { remove(seq) }
        lastSeq = firstNew - 1
        occurrences = occurrencesBefore
        counts = countsBefore
        return InsertGroup.refused(results, of: group)
    }

    private mutating func insert(_ new: NewJob) -> InsertResult {
        let record = new.record
        if let occurrence = new.occurrence, hasFired(occurrence) { return .alreadyFired }
        if let same = job(record.id)?.record {
            guard same.kind == record.kind, same.queue == record.queue, same.arguments == record.arguments else {
                return .idConflict
            }
            fire(new.occurrence)
            return .duplicate(same)
        }
        if let occurrence = new.occurrence, occurrence.skipsOverlap,
            let earlier = unfinished[occurrence.schedule]?.min(), let job = jobs[earlier]
        {
            fire(occurrence)
            return .overlapped(job.record.id)
        }
        if let key = record.uniqueKey, record.uniqueStates.contains(record.state), let holder = keyHolders[key],
            let job = jobs[holder]
        {
            fire(new.occurrence)
            return .duplicate(job.record)
        }
        if let limit = new.queueLimit, waiting(in: record.queue) >= limit { return .queueFull(limit: limit) }
        fire(new.occurrence)
        add(record)
        return .inserted(record)
    }

    private func hasFired(_ occurrence: ScheduleOccurrence) -> Bool {
        let instants = occurrences[occurrence.schedule] ?? []
        if instants.contains(occurrence.instant) { return true }
        guard instants.count >= StoreLimits.occurrencesPerSchedule, let oldest = instants.first else { return false }
        return occurrence.instant < oldest
    }

    private mutating func fire(_ occurrence: ScheduleOccurrence?) {
        guard let occurrence else { return }
        var instants = occurrences[occurrence.schedule] ?? []
        instants.insert(occurrence.instant, at: instants.firstIndex { $0 > occurrence.instant } ?? instants.endIndex)
        if instants.count > StoreLimits.occurrencesPerSchedule { instants.removeFirst() }
        occurrences[occurrence.schedule] = instants
    }
}
