import MainspringCore

/// The whole store, and its indexes. The verbs are in the extensions; every change of a job that an index knows of goes
/// through ``change(_:now:_:)``, which keeps the indexes and the counters.
struct MemoryState {
    var jobs = MemoryTable()
    var seqs: [JobID: Int64] = [:]
    var lastSeq: Int64 = 0
    /// Unique key → the job that holds it.
    var keyHolders: [String: Int64] = [:]
    /// Every queue that ever had a job.
    var queues: [String: MemoryQueue] = [:]
    var due = OrderedLine()
    var running: [Int64: MemoryJob] = [:]
    /// Schedule → its unfinished jobs.
    var unfinished: [String: Set<Int64>] = [:]
    /// By name.
    var nodes: [String: MemoryNode] = [:]
    var leader: NodeIdentity?
    /// The last term that was issued.
    var term: Int64 = 0
    /// Queues that were ever paused.
    var paused: [String: Bool] = [:]
    /// Ascending, at most `StoreLimits.occurrencesPerSchedule`.
    var occurrences: [String: [Timestamp]] = [:]
    /// The records of jobs as they were before the group that is being written changed them; nil outside of a group.
    var journal: [Int64: JobRecord]?
    /// Off only in the test that proves that the conformance suite sees the difference.
    var checksTokens = true

    func job(_ id: JobID) -> MemoryJob? { seqs[id].flatMap { jobs[$0] } }

    @discardableResult
    mutating func add(_ record: JobRecord) -> MemoryJob {
        lastSeq += 1
        let queue = queues[record.queue] ?? MemoryQueue()
        queues[record.queue] = queue
        let job = MemoryJob(seq: lastSeq, record: record, queue: queue)
        jobs.insert(job)
        seqs[record.id] = lastSeq
        index(job)
        return job
    }

    /// Takes a job out again, as if it had never been there.
    mutating func remove(_ seq: Int64) {
        guard let job = jobs[seq] else { return }
        unindex(job)
        jobs.remove(job)
        seqs[job.record.id] = nil
    }

    /// Changes a job; when its key is held by another in its new state, it gives the key up. When it ends, or lets go of a key,
    /// the job that waits for that waits no longer.
    mutating func change(_ job: MemoryJob, now: Timestamp, _ body: (MemoryJob) -> Void) {
        if journal != nil, journal?[job.seq] == nil { journal?[job.seq] = job.record }
        let before = job.record.state
        let held = before.isFinal ? nil : job.held
        unindex(job)
        body(job)
        if job.record.state != .available { job.record.parked = nil }
        if before == .pending, job.record.state != .pending { job.record.unique = job.record.unique?.released }
        if let key = job.held?.key, keyHolders[key] != nil { job.record.unique = nil }
        index(job)
        if let held, job.held?.key != held.key || job.record.state.isFinal { release(held, now: now) }
    }

    /// Whatever the holder's own rule: another may have replaced it since.
    private mutating func release(_ held: UniqueHold, now: Timestamp) {
        guard let follower = keyHolders[held.following.key].flatMap({ jobs[$0] }) else { return }
        change(follower, now: now) { $0.record.state = $0.record.scheduledAt > now ? .scheduled : .available }
    }

    mutating func setParked(_ reason: String?, _ job: MemoryJob) {
        unindex(job)
        job.record.parked = reason
        index(job)
    }

    /// Takes back what a group wrote, from its first new job on.
    mutating func rollBack(_ journal: [Int64: JobRecord], firstNew: Int64) {
        for seq in stride(from: lastSeq, through: firstNew, by: -1) { remove(seq) }
        lastSeq = firstNew - 1
        let changed = journal.compactMap { seq, record in jobs[seq].map { ($0, record) } }
        // All out before any goes in: a key may have passed from one to another.
        for (job, _) in changed { unindex(job) }
        for (job, record) in changed {
            job.record = record
            index(job)
        }
    }

    private mutating func index(_ job: MemoryJob) {
        if let key = job.held?.key { keyHolders[key] = job.seq }
        job.queue.add(job)
        if job.waitsForItsTime { due.insert(job.duePlace) }
        if job.record.state == .running { running[job.seq] = job }
        if let schedule = job.record.schedule, !job.record.state.isFinal {
            unfinished[schedule, default: []].insert(job.seq)
        }
    }

    private mutating func unindex(_ job: MemoryJob) {
        if let key = job.held?.key { keyHolders[key] = nil }
        job.queue.remove(job)
        if job.waitsForItsTime { due.remove(job.duePlace) }
        if job.record.state == .running { running[job.seq] = nil }
        if let schedule = job.record.schedule, !job.record.state.isFinal { unfinished[schedule]?.remove(job.seq) }
    }
}
