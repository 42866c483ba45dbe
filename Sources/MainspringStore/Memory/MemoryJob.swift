import MainspringCore

/// A job as the memory store keeps it: what a row of a database holds.
struct MemoryJob: Sendable {
    let seq: Int64
    var record: JobRecord
    var hold: Hold?
    var history: [Attempt] = []

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

    /// The key that it holds against others in its state.
    var heldKey: String? {
        record.unique.flatMap { $0.states.contains(record.state) ? $0.key : nil }
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

    mutating func append(_ attempt: Attempt) {
        history.append(attempt)
        if history.count > StoreLimits.attemptsPerJob { history.removeFirst() }
    }
}
