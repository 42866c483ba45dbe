import MainspringCore

/// What whoever enqueues a job says about it besides its payload.
struct JobOrder<J: Job>: Sendable {
    var delay: Duration?
    var time: Timestamp?
    var queue: String?
    var priority: JobPriority?
    var unique: JobUnique<J>?
    var id: JobID?
    var tags: [String] = []
    var metadata: [String: String] = [:]
    var deadline: Duration?

    func request(for job: J, now: Timestamp, parent: ParentAttempt?) throws -> JobRequest {
        let arguments = try JobPayload.arguments(of: job)
        if unique == nil, let policy = J.options.unique { try JobUnique.check(policy, for: job) }
        return JobRequest(
            kind: J.kind, arguments: arguments, queue: queue, priority: priority,
            runAt: [delay.map { now + $0 }, time].compactMap { $0 }.max(), id: id, tags: tags, metadata: metadata,
            unique: try unique?.policy(for: job, stored: arguments), deadline: deadline.map { now + $0 }, parent: parent)
    }
}
