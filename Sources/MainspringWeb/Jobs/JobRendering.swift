import MainspringCore
import MainspringStore

/// Jobs as the API writes them.
enum JobRendering {
    /// `attempts` nil leaves the field out.
    static func json(
        _ job: JobRecord, attempts: [AttemptRecord]? = nil, isDuplicate: Bool = false, isReplaced: Bool = false
    ) -> JSONValue {
        var members: [String: JSONValue] = [
            "id": .string(job.id.rawValue), "kind": .string(job.kind), "state": .string(job.state.rawValue),
            "queue": .string(job.queue), "priority": .string(job.priority.rawValue),
            "args": document(job.arguments), "attempt": .integer(Int64(job.attempt)),
            "max_attempts": .integer(Int64(job.maxAttempts)), "result": job.result.map(document) ?? .null,
            "error": error(job.error), "tags": .array(job.tags.map(JSONValue.string)),
            "created_at": time(job.createdAt),
            "scheduled_at": time(job.scheduledAt), "started_at": time(job.startedAt),
            "finished_at": time(job.finishedAt),
            "cancel_requested_at": time(job.cancelRequestedAt), "node": job.node.map(JSONValue.string) ?? .null,
            "schedule": job.schedule.map(JSONValue.string) ?? .null, "rescues": .integer(Int64(job.rescues)),
            "max_rescues": .integer(Int64(job.maxRescues)), "snoozes": .integer(Int64(job.snoozes)),
            "version": .integer(Int64(job.version)), "metadata": .object(job.metadata.mapValues(JSONValue.string)),
            "unique": job.unique.map { ["key": .string($0.key), "until": time($0.until)] } ?? .null,
            "deadline": time(job.deadline), "parent": job.parent.map { .string($0.rawValue) } ?? .null,
            "progress": job.progress.map(json) ?? .null, "heartbeat_at": time(job.heartbeatAt),
            "parked": job.parked.map(JSONValue.string) ?? .null,
        ]
        if let attempts { members["attempts"] = .array(attempts.map(json)) }
        if isDuplicate { members["duplicate"] = true }
        if isReplaced { members["replaced"] = true }
        return .object(members)
    }

    private static func json(_ progress: JobProgress) -> JSONValue {
        [
            "fraction": progress.fraction.map(JSONValue.double) ?? .null,
            "message": progress.message.map(JSONValue.string) ?? .null,
        ]
    }

    static func json(_ attempt: AttemptRecord) -> JSONValue {
        [
            "number": .integer(Int64(attempt.number)), "node": .string(attempt.node),
            "started_at": time(attempt.startedAt),
            "finished_at": time(attempt.finishedAt), "outcome": attempt.outcome.map { .string($0.rawValue) } ?? .null,
            "error": error(attempt.error),
        ]
    }

    /// What was written that is not UTF-8 becomes U+FFFD.
    static func json(_ log: AttemptLog) -> JSONValue {
        [
            "number": .integer(Int64(log.number)), "started_at": time(log.startedAt),
            "stdout": .string(String(decoding: log.output.standardOutput, as: UTF8.self)),
            "stderr": .string(String(decoding: log.output.standardError, as: UTF8.self)),
            "dropped_bytes": .integer(Int64(log.output.droppedBytes)),
        ]
    }

    /// Stored JSON text as a value; text that is none, which no store should hold, as a string.
    static func document(_ text: String) -> JSONValue {
        (try? JSONParser.parse(text)) ?? .string(text)
    }

    static func time(_ time: Timestamp?) -> JSONValue { time.map { .string($0.rfc3339) } ?? .null }

    private static func error(_ failure: JobFailure?) -> JSONValue {
        guard let failure else { return .null }
        return [
            "code": .string(failure.code), "message": .string(failure.message),
            "detail": failure.detail.map(JSONValue.string) ?? .null,
        ]
    }
}
