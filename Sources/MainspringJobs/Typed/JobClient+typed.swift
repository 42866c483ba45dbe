public import MainspringCore
package import MainspringStore

extension JobClient {
    /// Adds a job, or finds the one that is there with the same id and content or that holds its unique key. When this
    /// returns the job is in the store.
    ///
    /// It runs after `delay` and not before `time`; at once without both. Nil stands for what the kind's options say; `tags`
    /// come after those of the kind, 16 in all. `metadata` is the caller's own, at most 16 entries and 8 KiB, and is given to
    /// the job as it is. After `deadline` from now no attempt starts.
    ///
    /// Throws `unknown_kind` when this node has not declared the kind, `conflict` when another type has or when the id is of
    /// another job, `invalid_arguments` and `too_large` for what cannot be stored, `queue_full` or `draining`, or a store's
    /// error; then nothing was written.
    @discardableResult
    public func enqueue<J: Job>(
        _ job: J, in delay: Duration? = nil, at time: Timestamp? = nil, queue: String? = nil,
        priority: JobPriority? = nil, unique: JobUnique<J>? = nil, id: JobID? = nil, tags: [String] = [],
        metadata: [String: String] = [:], deadline: Duration? = nil
    ) async throws -> JobHandle<J.Output> {
        let order = JobOrder(
            delay: delay, time: time, queue: queue, priority: priority, unique: unique, id: id, tags: tags,
            metadata: metadata, deadline: deadline)
        return try await enqueue([job], order)[0]
    }

    /// Adds all of the jobs or none, in one step; the handles are in their order. Otherwise like
    /// ``enqueue(_:in:at:queue:priority:unique:id:tags:metadata:deadline:)``; an error names the first job that was refused.
    @discardableResult
    public func enqueue<J: Job>(
        _ jobs: [J], in delay: Duration? = nil, at time: Timestamp? = nil, queue: String? = nil,
        priority: JobPriority? = nil, unique: JobUnique<J>? = nil, tags: [String] = [],
        metadata: [String: String] = [:], deadline: Duration? = nil
    ) async throws -> [JobHandle<J.Output>] {
        let order = JobOrder(
            delay: delay, time: time, queue: queue, priority: priority, unique: unique, tags: tags, metadata: metadata,
            deadline: deadline)
        return try await enqueue(jobs, order)
    }

    /// A job that was enqueued before, also by another process. Nothing is looked up yet, so that neither the job's being there
    /// nor its kind is checked.
    public func handle<J: Job>(of type: J.Type, id: JobID) -> JobHandle<J.Output> {
        JobHandle(id: id, client: self, form: J.resultForm)
    }

    func enqueue<J: Job>(
        _ jobs: [J], _ order: JobOrder<J>, parent: ParentAttempt? = nil
    ) async throws -> [JobHandle<J.Output>] {
        guard !jobs.isEmpty else { return [] }
        let kind = try kind(of: J.self)
        let now = now()
        let requests = try jobs.map { try order.request(for: $0, now: now, parent: parent) }
        return try await added(requests, of: kind).map {
            JobHandle(id: $0.job.id, isDuplicate: $0.isDuplicate, client: self, form: J.resultForm)
        }
    }

    /// Adds a job through a write of the caller's own, as ``enqueue(_:of:insert:)`` does.
    package func enqueue<J: Job>(
        _ job: J, _ order: JobOrder<J>,
        insert: (_ jobs: [NewJob], _ tell: @escaping @Sendable ([InsertResult]) -> Void) throws -> [InsertResult]
    ) throws -> JobHandle<J.Output> {
        let request = try order.request(for: job, now: now(), parent: nil)
        let added = try added([request], of: try kind(of: J.self), insert: insert)[0]
        return JobHandle(id: added.job.id, isDuplicate: added.isDuplicate, client: self, form: J.resultForm)
    }

    private func kind<J: Job>(of type: J.Type) throws -> JobKind {
        guard let kind = kind(J.kind) else {
            if onlyEnqueues { return JobKind(J.self, in: .unused) }
            throw MainspringError(
                .unknownKind, "the kind \(J.kind) is not declared", hint: "Declare it with app.job(\(J.self).self).")
        }
        guard kind.executor is SwiftJobExecutor<J> else {
            throw MainspringError(
                .conflict, "the kind \(J.kind) is not declared as \(J.self)",
                hint: "Enqueue what it is declared as, or give one of them another kind.")
        }
        return kind
    }
}
