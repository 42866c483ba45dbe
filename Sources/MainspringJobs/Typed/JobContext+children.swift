public import MainspringCore

extension JobContext {
    /// Adds a job that this attempt makes: the record names this job as its parent, and when the attempt no longer holds its
    /// own, because it was taken for dead and another one runs, nothing is written and the code is `stale_attempt`.
    ///
    /// An attempt after this one makes its children again. Give each an `id` of its own, such as this job's with a suffix, and
    /// they are there once. Otherwise like ``JobClient/enqueue(_:in:at:queue:priority:unique:id:tags:metadata:deadline:)``.
    @discardableResult
    public func enqueue<J: Job>(
        _ job: J, in delay: Duration? = nil, at time: Timestamp? = nil, queue: String? = nil,
        priority: JobPriority? = nil, unique: JobUnique<J>? = nil, id: JobID? = nil, tags: [String] = [],
        metadata: [String: String] = [:], deadline: Duration? = nil
    ) async throws -> JobHandle<J.Output> {
        let order = JobOrder(
            delay: delay, time: time, queue: queue, priority: priority, unique: unique, id: id, tags: tags,
            metadata: metadata, deadline: deadline)
        return try await jobs.enqueue([job], order, parent: parent)[0]
    }

    /// Adds all of the children or none, in one step.
    @discardableResult
    public func enqueue<J: Job>(
        _ jobs: [J], in delay: Duration? = nil, at time: Timestamp? = nil, queue: String? = nil,
        priority: JobPriority? = nil, unique: JobUnique<J>? = nil, tags: [String] = [],
        metadata: [String: String] = [:], deadline: Duration? = nil
    ) async throws -> [JobHandle<J.Output>] {
        let order = JobOrder(
            delay: delay, time: time, queue: queue, priority: priority, unique: unique, tags: tags, metadata: metadata,
            deadline: deadline)
        return try await self.jobs.enqueue(jobs, order, parent: parent)
    }

    /// The name of a child: this job's id, a dot and `suffix`, which makes it the same in every attempt. Nil when that is no
    /// id: longer than 128, or with other characters than letters, digits, dots, hyphens and underscores.
    public func childID(_ suffix: String) -> JobID? { JobID(rawValue: "\(id).\(suffix)") }

    private var parent: ParentAttempt { ParentAttempt(id: id, token: token) }
}
