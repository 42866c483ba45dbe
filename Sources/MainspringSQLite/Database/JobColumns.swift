import MainspringCore

/// The columns of a job's record, in the order in which ``SQLRow/job()`` reads them.
enum JobColumns {
    static let list = """
        seq, id, kind, queue, state, priority, attempt, max_attempts, snoozes, rescues, created_at, scheduled_at, started_at, \
        finished_at, cancel_requested_at, owner_node, tags, unique_key, unique_mask, schedule, error_code, error_message, \
        error_detail, args, result
        """
    static let count: Int32 = 25
}

extension SQLRow {
    var seq: Int64 { int(0) }

    func job() throws -> JobRecord {
        guard let id = JobID(rawValue: text(1)), let state = JobState(code: int(4)),
            let priority = JobPriority(code: int(5))
        else {
            throw StoreFailure.damaged("a job's row holds what no version wrote")
        }
        return JobRecord(
            id: id, kind: text(2), queue: text(3), state: state, priority: priority, arguments: text(23),
            attempt: Int(int(6)), maxAttempts: Int(int(7)), snoozes: Int(int(8)), rescues: Int(int(9)),
            createdAt: time(10),
            scheduledAt: time(11), startedAt: timeOrNil(12), finishedAt: timeOrNil(13),
            cancelRequestedAt: timeOrNil(14),
            node: textOrNil(15), result: textOrNil(24), error: failure(at: 20), tags: try tags(16),
            unique: textOrNil(17).map { UniqueHold(key: $0, states: JobState.states(in: int(18))) },
            schedule: textOrNil(19))
    }

    /// From three columns: code, message, detail.
    func failure(at column: Int32) -> JobFailure? {
        textOrNil(column).map { JobFailure(code: $0, message: text(column + 1), detail: textOrNil(column + 2)) }
    }

    private func tags(_ column: Int32) throws -> [String] {
        guard let document = textOrNil(column) else { return [] }
        guard case .array(let items)? = try? JSONParser.parse(document) else {
            throw StoreFailure.damaged("a job's tags are not a list")
        }
        return items.compactMap { if case .string(let tag) = $0 { tag } else { nil } }
    }
}

extension Sequence<String> {
    /// As SQLite's `json_each` reads them.
    var jsonText: String { JSONValue.array(map { .string($0) }).compactText }
}
