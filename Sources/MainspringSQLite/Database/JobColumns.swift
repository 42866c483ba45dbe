import MainspringCore

/// The columns of a job's record, in the order in which ``SQLRow/job()`` reads them.
enum JobColumns {
    static let list = """
        seq, id, kind, version, queue, state, priority, attempt, max_attempts, snoozes, rescues, max_rescues, created_at, \
        scheduled_at, started_at, finished_at, cancel_requested_at, deadline, owner_node, heartbeat_at, progress, \
        progress_message, parked, unique_mask, unique_rule, unique_until, unique_key, schedule, parent, tags, error_code, \
        error_message, error_detail, metadata, marks, args, result
        """
    static let count: Int32 = 37

    static let byID = "SELECT \(list) FROM mainspring_job WHERE id = ?"
}

extension SQLRow {
    var seq: Int64 { int(0) }

    func stored() throws -> StoredJob {
        StoredJob(seq: seq, marks: JobMarks(rawValue: int(34)), job: try job())
    }

    func job() throws -> JobRecord {
        guard let id = JobID(rawValue: text(1)), let state = JobState(code: int(5)),
            let priority = JobPriority(code: int(6))
        else {
            throw StoreFailure.damaged("a job's row holds what no version wrote")
        }
        return JobRecord(
            id: id, kind: text(2), queue: text(4), state: state, priority: priority, arguments: text(35),
            version: Int(int(3)), attempt: Int(int(7)), maxAttempts: Int(int(8)), snoozes: Int(int(9)),
            rescues: Int(int(10)), maxRescues: Int(int(11)), createdAt: time(12), scheduledAt: time(13),
            startedAt: timeOrNil(14), finishedAt: timeOrNil(15), cancelRequestedAt: timeOrNil(16), node: textOrNil(18),
            result: textOrNil(36), error: failure(at: 30), tags: try tags(29), metadata: try metadata(33),
            unique: try unique(at: 23), schedule: textOrNil(27), deadline: timeOrNil(17),
            parent: textOrNil(28).flatMap(JobID.init(rawValue:)), progress: progress(at: 20),
            heartbeatAt: timeOrNil(19), parked: textOrNil(22))
    }

    /// From three columns: code, message, detail.
    func failure(at column: Int32) -> JobFailure? {
        textOrNil(column).map { JobFailure(code: $0, message: text(column + 1), detail: textOrNil(column + 2)) }
    }

    /// From four columns: mask, rule, until, key.
    func unique(at column: Int32) throws -> UniqueHold? {
        guard let key = textOrNil(column + 3) else { return nil }
        guard let rule = UniqueConflict(code: int(column + 1)) else {
            throw StoreFailure.damaged("a unique key has a rule that no version wrote")
        }
        let states = JobState.states(in: int(column))
        return UniqueHold(key: key, states: states, until: timeOrNil(column + 2), onConflict: rule)
    }

    /// From two columns: fraction, message.
    private func progress(at column: Int32) -> JobProgress? {
        guard !isNull(column) else { return nil }
        let fraction = double(column)
        return JobProgress(fraction: fraction < 0 ? nil : fraction, message: textOrNil(column + 1))
    }

    private func tags(_ column: Int32) throws -> [String] {
        guard let document = textOrNil(column) else { return [] }
        guard case .array(let items)? = try? JSONParser.parse(document) else {
            throw StoreFailure.damaged("a job's tags are not a list")
        }
        return items.compactMap { if case .string(let tag) = $0 { tag } else { nil } }
    }

    private func metadata(_ column: Int32) throws -> [String: String] {
        guard let document = textOrNil(column) else { return [:] }
        guard case .object(let members)? = try? JSONParser.parse(document) else {
            throw StoreFailure.damaged("a job's metadata are not an object")
        }
        return members.compactMapValues { if case .string(let text) = $0 { text } else { nil } }
    }
}

extension JobProgress {
    var storedFraction: Double { fraction ?? -1 }
}
