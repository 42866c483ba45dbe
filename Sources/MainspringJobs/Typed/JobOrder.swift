package import MainspringCore

/// What whoever enqueues a job says about it besides its payload.
package struct JobOrder<J: Job>: Sendable {
    private let delay: Duration?
    private let time: Timestamp?
    private let queue: String?
    private let priority: JobPriority?
    private let unique: JobUnique<J>?
    private let id: JobID?
    private let tags: [String]
    private let metadata: [String: String]
    private let deadline: Duration?

    package init(
        delay: Duration?, time: Timestamp?, queue: String?, priority: JobPriority?, unique: JobUnique<J>?,
        id: JobID? = nil, tags: [String], metadata: [String: String], deadline: Duration?
    ) {
        self.delay = delay
        self.time = time
        self.queue = queue
        self.priority = priority
        self.unique = unique
        self.id = id
        self.tags = tags
        self.metadata = metadata
        self.deadline = deadline
    }

    func request(for job: J, now: Timestamp, parent: ParentAttempt?) throws -> JobRequest {
        let arguments = try JobPayload.arguments(of: job)
        if unique == nil, let policy = J.options.unique { try JobUnique.check(policy, for: job) }
        return JobRequest(
            kind: J.kind, arguments: arguments, queue: queue, priority: priority,
            runAt: [delay.map { now + $0 }, time].compactMap { $0 }.max(), id: id, tags: tags, metadata: metadata,
            unique: try unique?.policy(for: job, stored: arguments), deadline: deadline.map { now + $0 }, parent: parent
        )
    }
}
