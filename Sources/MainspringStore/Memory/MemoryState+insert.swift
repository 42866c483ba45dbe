import MainspringCore

extension MemoryState {
    mutating func insert(_ groups: [[NewJob]], now: Timestamp) -> [[InsertResult]] {
        groups.map { insert($0, now: now) }
    }

    private mutating func insert(_ group: [NewJob], now: Timestamp) -> [InsertResult] {
        let firstNew = lastSeq + 1
        let occurrencesBefore = occurrences
        let queuesBefore = Set(queues.keys)
        journal = [:]
        let results = group.map { insert($0, now: now) }
        let changed = journal ?? [:]
        journal = nil
        guard results.contains(where: \.isRefusal) else { return results }
        rollBack(changed, firstNew: firstNew)
        occurrences = occurrencesBefore
        queues = queues.filter { queuesBefore.contains($0.key) }
        return InsertGroup.refused(results, of: group)
    }

    private mutating func insert(_ new: NewJob, now: Timestamp) -> InsertResult {
        var record = new.record
        if let term = new.occurrence?.term, term.number != self.term || leader == nil { return .staleTerm }
        if let parent = new.parent, checksTokens, holder(of: parent.token)?.record.id != parent.id {
            return .staleParent
        }
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
        let limit = new.queueLimit.flatMap { queues[record.queue]?.waiting ?? 0 >= $0 ? $0 : nil }
        // What refuses the job leaves a key whose time is over where it is.
        if let limit, isFree(record.unique?.key, now: now) { return .queueFull(limit: limit) }
        if let holder = keyHolder(against: record, now: now) {
            switch resolve(record, against: holder) {
            case .refuse:
                fire(new.occurrence)
                return .duplicate(holder.record)
            case .replace(let waiting):
                fire(new.occurrence)
                change(waiting, now: now) { $0.take(record) }
                return .replaced(waiting.record)
            case .follow:
                record.unique = record.unique?.following
                record.state = .pending
            }
        }
        if let limit { return .queueFull(limit: limit) }
        fire(new.occurrence)
        add(record)
        return .inserted(record)
    }

    mutating func keyHolder(against record: JobRecord, now: Timestamp) -> MemoryJob? {
        guard let hold = record.unique, hold.states.contains(record.state) else { return nil }
        return holder(ofKey: hold.key, now: now)
    }

    /// Nobody holds it, or only one whose time is over, and whose follower would not hold it either.
    private func isFree(_ key: String?, now: Timestamp) -> Bool {
        guard let holder = key.flatMap({ keyHolders[$0] }).flatMap({ jobs[$0] }), let hold = holder.record.unique else {
            return true
        }
        guard let until = hold.until, until <= now else { return false }
        guard !holder.record.state.isFinal,
            let follower = keyHolders[hold.following.key].flatMap({ jobs[$0]?.record })
        else { return true }
        let state: JobState = follower.scheduledAt > now ? .scheduled : .available
        return follower.unique?.states.contains(state) != true
    }

    /// Who holds it against others; one whose time is over lets it go.
    mutating func holder(ofKey key: String, now: Timestamp) -> MemoryJob? {
        guard let holder = keyHolders[key].flatMap({ jobs[$0] }) else { return nil }
        guard let until = holder.record.unique?.until, until <= now else { return holder }
        change(holder, now: now) { $0.record.unique = nil }
        // The job that waited for it may hold it now.
        return keyHolders[key].flatMap { jobs[$0] }
    }

    private func resolve(_ record: JobRecord, against holder: MemoryJob) -> UniqueResolution<MemoryJob> {
        let follower = record.unique.flatMap { keyHolders[$0.following.key] }.flatMap { jobs[$0] }
        return UniqueResolution(
            record.unique?.onConflict ?? .reject, holder: holder, holder.record.state, follower: follower)
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

extension MemoryJob {
    /// Takes over the content of a newer job with its key.
    fileprivate func take(_ new: JobRecord) {
        record.arguments = new.arguments
        record.version = new.version
        record.priority = new.priority
        record.maxAttempts = max(new.maxAttempts, record.attempt + 1)
        record.maxRescues = new.maxRescues
        record.scheduledAt = new.scheduledAt
        record.tags = new.tags
        record.metadata = new.metadata
        record.deadline = new.deadline
        record.parked = nil
        if record.state == .pending {
            record.unique = new.unique?.following
        } else {
            record.unique = new.unique
            record.state = new.state
        }
    }
}
