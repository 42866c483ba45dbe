import MainspringCore

extension MemoryState {
    mutating func cancel(_ ids: [JobID], now: Timestamp) -> [CancelResult] {
        ids.map { id in
            guard let job = job(id) else { return .notFound }
            let state = job.record.state
            guard !state.isFinal else { return .alreadyFinal(job.record) }
            change(job, now: now) { job in
                job.record.cancelRequestedAt = job.record.cancelRequestedAt ?? now
                guard state != .running else { return }
                job.record.state = .cancelled
                job.record.finishedAt = now
            }
            return state == .running ? .requested(job.record) : .cancelled(job.record)
        }
    }

    mutating func retry(_ id: JobID, now: Timestamp) -> RetryResult {
        guard let job = job(id) else { return .notFound }
        guard [.discarded, .cancelled, .scheduled, .retryable].contains(job.record.state) else {
            return .notAllowed(job.record)
        }
        if let hold = job.record.unique, hold.states.contains(.available), keyHolders[hold.key] != job.seq,
            let holder = holder(ofKey: hold.key, now: now)
        {
            return .duplicate(of: holder.record.id)
        }
        change(job, now: now) { job in
            job.record.state = .available
            job.record.scheduledAt = now
            job.record.maxAttempts = max(job.record.maxAttempts, job.record.attempt + 1)
            job.record.maxRescues = max(job.record.maxRescues, job.record.rescues + 1)
            if let deadline = job.record.deadline, deadline <= now { job.record.deadline = nil }
            job.record.finishedAt = nil
            job.record.cancelRequestedAt = nil
            job.record.result = nil
        }
        return .retried(job.record)
    }

    mutating func prune(finishedBefore: [JobState: Timestamp], now: Timestamp, limit: Int) -> Int {
        let old: [(state: Int, finished: Timestamp, seq: Int64)] = jobs.values.compactMap { job in
            guard job.record.state.isFinal, let finished = job.record.finishedAt,
                let time = finishedBefore[job.record.state], finished < time,
                job.record.unique?.until.map({ $0 <= now }) ?? true
            else { return nil }
            return (job.record.state.order, finished, job.seq)
        }
        let removed = old.sorted { $0 < $1 }.prefix(max(0, limit))
        for job in removed { remove(job.seq) }
        return removed.count
    }

    func attempts(of id: JobID) -> [AttemptRecord]? {
        guard let job = job(id) else { return nil }
        var attempts = job.history.map(\.record)
        if job.record.state == .running, let node = job.record.node, let started = job.record.startedAt {
            attempts.append(AttemptRecord(number: job.record.attempt + 1, node: node, startedAt: started))
        }
        return attempts
    }

    func outputs(of id: JobID) -> [AttemptLog] {
        guard let job = job(id) else { return [] }
        var logs = job.history.map {
            AttemptLog(number: $0.record.number, startedAt: $0.record.startedAt, output: $0.output)
        }
        if let hold = job.hold, let started = job.record.startedAt {
            logs.append(AttemptLog(number: job.record.attempt + 1, startedAt: started, output: hold.output))
        }
        return logs.filter { !$0.output.isEmpty || $0.output.droppedBytes > 0 }
    }

    func jobs(matching query: JobQuery) -> JobPage {
        let limit = min(max(1, query.limit), StoreLimits.page)
        let found = jobs.values.lazy.filter { job in
            job.seq < query.cursor?.rawValue ?? .max && query.matches(job.record)
        }
        let page = found.sorted { $0.seq > $1.seq }.prefix(limit + 1)
        let next = page.count > limit ? JobCursor(rawValue: page[limit - 1].seq) : nil
        return JobPage(jobs: page.prefix(limit).map(\.record), next: next)
    }

    func summaries() -> [QueueSummary] {
        Set(queues.keys).union(paused.keys).sorted().map { name in
            let queue = queues[name] ?? MemoryQueue()
            return QueueSummary(
                name: name, counts: queue.countsByState, isPaused: paused[name] ?? false, parked: queue.parked.count,
                oldestAvailableAt: queue.line.first.flatMap { jobs[$0.seq] }?.record.scheduledAt)
        }
    }
}

extension JobState {
    /// The order in which `prune` goes through the final states.
    fileprivate var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

extension JobQuery {
    fileprivate func matches(_ job: JobRecord) -> Bool {
        (kinds.isEmpty || kinds.contains(job.kind)) && (states.isEmpty || states.contains(job.state))
            && (queues.isEmpty || queues.contains(job.queue)) && (tags.isEmpty || !tags.isDisjoint(with: job.tags))
    }
}
