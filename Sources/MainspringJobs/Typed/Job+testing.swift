package import MainspringCore

extension JobRecord {
    /// As a node would have it that runs the job.
    package init<J: Job>(testing job: J, id: JobID, attempt: Int, metadata: [String: String], now: Timestamp) throws {
        let options = J.options
        self.init(
            id: id, kind: J.kind, queue: options.queue, state: .running, priority: options.priority,
            arguments: JSONValue.object(try JobPayload.arguments(of: job)).compactText, version: J.version,
            attempt: attempt, maxAttempts: options.retry.maxAttempts, createdAt: now, scheduledAt: now, startedAt: now,
            tags: options.tags, metadata: metadata)
    }
}

extension Job {
    /// Throws `bad_payload` when the payload does not fit.
    package init(stored record: JobRecord) throws {
        do {
            self = try JobPayload.job(Self.self, of: record)
        } catch {
            throw MainspringError("bad_payload", "the payload does not fit", cause: error.text)
        }
    }
}
