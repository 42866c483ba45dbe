import MainspringCore

/// A job as the memory store keeps it: what a row of a database holds. One object, changed where it stands; only
/// ``MemoryState`` does that.
final class MemoryJob {
    let seq: Int64
    /// That of its record, which never changes.
    let queue: MemoryQueue
    var record: JobRecord
    var hold: Hold?
    var history: [Attempt] = []

    init(seq: Int64, record: JobRecord, queue: MemoryQueue) {
        self.seq = seq
        self.queue = queue
        self.record = record
    }

    /// Who runs it now.
    struct Hold: Sendable {
        var owner: NodeIdentity
        var token: AttemptToken
        var leaseUntil: MonotonicInstant
        /// What the attempt wrote so far, as far as it told.
        var output = AttemptOutput()
    }

    struct Attempt: Sendable {
        var record: AttemptRecord
        var output: AttemptOutput
    }

    /// Its key, while it holds that against others in its state.
    var held: UniqueHold? {
        record.unique.flatMap { $0.states.contains(record.state) ? $0 : nil }
    }

    /// Its place in its queue while it is available.
    var place: OrderedLine.Place {
        OrderedLine.Place(key: record.priority.rank(availableAt: record.scheduledAt), seq: seq)
    }

    /// Its place among the jobs that wait for their time.
    var duePlace: OrderedLine.Place {
        OrderedLine.Place(key: record.scheduledAt.microseconds, seq: seq)
    }

    var isInLine: Bool { record.state == .available && record.parked == nil }

    var waitsForItsTime: Bool { record.state == .scheduled || record.state == .retryable }

    func append(_ attempt: Attempt) {
        history.append(attempt)
        if history.count > StoreLimits.attemptsPerJob { history.removeFirst() }
    }
}
