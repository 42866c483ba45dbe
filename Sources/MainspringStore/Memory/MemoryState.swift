import MainspringCore

/// The whole store as a value, and its indexes. The verbs are in the extensions; every change of a job goes through
/// ``change(_:_:)``, which keeps the indexes and the counters.
struct MemoryState: Sendable {
    var jobs: [Int64: MemoryJob] = [:]
    var seqs: [JobID: Int64] = [:]
    var lastSeq: Int64 = 0
    /// Unique key → the job that holds it.
    var keyHolders: [String: Int64] = [:]
    var available: [String: OrderedLine] = [:]
    var due = OrderedLine()
    var running: Set<Int64> = []
    /// Schedule → its unfinished jobs.
    var unfinished: [String: Set<Int64>] = [:]
    var counts: [String: [JobState: Int]] = [:]
    /// Available jobs that no live node can run, by queue.
    var parked: [String: Set<Int64>] = [:]
    /// By name.
    var nodes: [String: MemoryNode] = [:]
    var leader: NodeIdentity?
    /// The last term that was issued.
    var term: Int64 = 0
    /// Queues that were ever paused.
    var paused: [String: Bool] = [:]
    /// Ascending, at most `StoreLimits.occurrencesPerSchedule`.
    var occurrences: [String: [Timestamp]] = [:]
    /// Off only in the test that proves that the conformance suite sees the difference.
    var checksTokens = true

    func job(_ id: JobID) -> MemoryJob? { seqs[id].flatMap { jobs[$0] } }

    func waiting(in queue: String) -> Int {
        (counts[queue] ?? [:]).reduce(0) { $0 + ($1.key.isWaiting ? $1.value : 0) }
    }

    mutating func add(_ record: JobRecord) {
        lastSeq += 1
        let job = MemoryJob(seq: lastSeq, record: record)
        seqs[record.id] = lastSeq
        index(job)
    }

    /// Takes a job out again, as if it had never been there.
    mutating func remove(_ seq: Int64) {
        guard let job = jobs[seq] else { return }
        unindex(job)
        jobs[seq] = nil
        seqs[job.record.id] = nil
    }

    /// Changes a job; when its key is held by another in its new state, it gives the key up. When it lets go of a key that a
    /// newer job waits for, that one waits no longer.
    @discardableResult
    mutating func change(_ seq: Int64, _ body: (inout MemoryJob) -> Void) -> JobRecord? {
        guard var job = jobs[seq] else { return nil }
        let held = job.heldKey != nil && job.record.unique?.onConflict == .keepLast ? job.record.unique : nil
        unindex(job)
        body(&job)
        if job.record.state != .available { job.record.parked = nil }
        if let key = job.heldKey, keyHolders[key] != nil { job.record.unique = nil }
        index(job)
        if let held, job.heldKey != held.key { release(held) }
        return job.record
    }

    private mutating func release(_ held: UniqueHold) {
        guard let follower = keyHolders[held.following.key] else { return }
        change(follower) { job in
            job.record.state = job.isDelayed ? .scheduled : .available
            job.record.unique = job.record.unique?.released
        }
    }

    private mutating func index(_ job: MemoryJob) {
        jobs[job.seq] = job
        let record = job.record
        if let key = job.heldKey { keyHolders[key] = job.seq }
        if job.isInLine { available[record.queue, default: OrderedLine()].insert(job.place) }
        if record.parked != nil { parked[record.queue, default: []].insert(job.seq) }
        if job.waitsForItsTime { due.insert(job.duePlace) }
        if record.state == .running { running.insert(job.seq) }
        if let schedule = record.schedule, !record.state.isFinal { unfinished[schedule, default: []].insert(job.seq) }
        counts[record.queue, default: [:]][record.state, default: 0] += 1
    }

    private mutating func unindex(_ job: MemoryJob) {
        let record = job.record
        if let key = job.heldKey { keyHolders[key] = nil }
        if job.isInLine { available[record.queue]?.remove(job.place) }
        if record.parked != nil { parked[record.queue]?.remove(job.seq) }
        if job.waitsForItsTime { due.remove(job.duePlace) }
        if record.state == .running { running.remove(job.seq) }
        if let schedule = record.schedule, !record.state.isFinal { unfinished[schedule]?.remove(job.seq) }
        counts[record.queue]?[record.state]? -= 1
    }
}
