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
    /// Jobs as they were before the group that is being written changed them; nil outside of a group.
    var journal: [Int64: MemoryJob]?
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

    /// Changes a job; when its key is held by another in its new state, it gives the key up. When it ends, or lets go of a key,
    /// the job that waits for that waits no longer.
    @discardableResult
    mutating func change(_ seq: Int64, now: Timestamp, _ body: (inout MemoryJob) -> Void) -> JobRecord? {
        guard var job = jobs[seq] else { return nil }
        if journal?[seq] == nil { journal?[seq] = job }
        let before = job.record
        let held = before.state.isFinal || job.heldKey == nil ? nil : before.unique
        unindex(job)
        body(&job)
        if job.record.state != .available { job.record.parked = nil }
        if before.state == .pending, job.record.state != .pending { job.record.unique = job.record.unique?.released }
        if let key = job.heldKey, keyHolders[key] != nil { job.record.unique = nil }
        index(job)
        if let held, job.heldKey != held.key || job.record.state.isFinal { release(held, now: now) }
        return job.record
    }

    /// Whatever the holder's own rule: another may have replaced it since.
    private mutating func release(_ held: UniqueHold, now: Timestamp) {
        guard let follower = keyHolders[held.following.key] else { return }
        change(follower, now: now) { $0.record.state = $0.record.scheduledAt > now ? .scheduled : .available }
    }

    mutating func setParked(_ reason: String?, _ seq: Int64) {
        guard var job = jobs[seq] else { return }
        unindex(job)
        job.record.parked = reason
        index(job)
    }

    /// Takes back what a group wrote, from its first new job on.
    mutating func rollBack(_ journal: [Int64: MemoryJob], firstNew: Int64) {
        for seq in stride(from: lastSeq, through: firstNew, by: -1) { remove(seq) }
        lastSeq = firstNew - 1
        let old = journal.values.filter { $0.seq < firstNew }
        // All out before any goes in: a key may have passed from one to another.
        for job in old { jobs[job.seq].map { unindex($0) } }
        for job in old { index(job) }
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
